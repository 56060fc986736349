-- What a customer was shown lately, in whichever channel, rests as seeds/contact_limits.csv says.

with limits as (
    select * from {{ ref('int_integrity__contact_limits') }}
    where limit_type = 'product_rest'
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

impressions as (
    select * from {{ ref('stg_impressions') }}
),

counted as (
    select
        cutoffs.cutoff_at,
        limits.channel,
        impressions.customer_id,
        impressions.product_id,
        limits.limit_name,
        max(limits.max_count) as max_count,
        max(limits.within_days) as within_days,
        count(*) as contact_count
    from limits
    inner join cutoffs on {{ is_valid_at('limits', 'cutoffs.cutoff_at') }}
    inner join impressions
        on
            impressions.shown_at < cutoffs.cutoff_at
            and impressions.shown_at >= {{ days_after('cutoffs.cutoff_at', '-limits.within_days') }}
            and coalesce(limits.counted_channel, impressions.channel, '') = coalesce(impressions.channel, '')
    group by
        cutoffs.cutoff_at, limits.channel, impressions.customer_id, impressions.product_id, limits.limit_name
)

select
    cutoff_at,
    channel,
    customer_id,
    product_id,
    'shown_lately' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    min(
        limit_name || ': shown ' || cast(contact_count as {{ dbt.type_string() }}) || ' times within '
        || cast(within_days as {{ dbt.type_string() }}) || ' days'
    ) as reason
from counted
where contact_count >= max_count
group by cutoff_at, channel, customer_id, product_id
