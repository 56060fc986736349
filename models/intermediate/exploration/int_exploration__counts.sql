-- One row per cutoff that slates are made at, channel, segment, product and outcome (click, purchase): impressions
-- before the cutoff and how many of them led to it before the cutoff, as they are and decayed by their age.

with daily_counts as (
    select * from {{ ref('int_feedback__daily_counts') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate', 'serve')
),

-- A response decays with its impression, not by itself: there are never more responses than impressions. Sums of
-- decimals are the same in any order.
by_segment as (
    select
        cutoffs.cutoff_at,
        daily_counts.channel,
        daily_counts.segment,
        daily_counts.product_id,
        daily_counts.count_type,
        sum(daily_counts.impression_count) as impression_count,
        sum(cast(
            daily_counts.impression_count * {{ decay(
                dbt.datediff('daily_counts.shown_on', 'cutoffs.cutoff_at', 'day'), var('posterior_half_life_days')
            ) }} as decimal(18, 9)
        )) as decayed_count
    from daily_counts
    inner join cutoffs on daily_counts.known_on < cast(cutoffs.cutoff_at as date)
    group by
        cutoffs.cutoff_at, daily_counts.channel, daily_counts.segment, daily_counts.product_id, daily_counts.count_type
),

counted as (
    select * from by_segment
    union all
    select
        cutoff_at,
        channel,
        'all' as segment,
        product_id,
        count_type,
        sum(impression_count) as impression_count,
        sum(decayed_count) as decayed_count
    from by_segment
    group by cutoff_at, channel, product_id, count_type
),

trials as (
    select * from counted
    where count_type = 'impression'
)

{% for outcome in var('posterior_default_rates') -%}
select
    trials.cutoff_at,
    trials.channel,
    trials.segment,
    trials.product_id,
    '{{ outcome }}' as outcome,
    cast(trials.impression_count as double) as impression_count,
    cast(coalesce(successes.impression_count, 0) as double) as outcome_count,
    cast(trials.decayed_count as double) as trial_count,
    cast(coalesce(successes.decayed_count, 0) as double) as success_count
from trials
left join counted as successes
    on
        trials.cutoff_at = successes.cutoff_at
        and trials.channel = successes.channel
        and trials.segment = successes.segment
        and trials.product_id = successes.product_id
        and successes.count_type = '{{ outcome }}'
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
