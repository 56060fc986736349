-- One row per judged cutoff, candidate policy, order of its slate, slot (0: all of them together) and estimator: clicks
-- an impression, with the interval of vitrine.off_policy.score_interval. The estimator `logged` is what the log got.

{#- Each is a mean of the reward model plus a ratio: its terms, as sums over a customer's rows. -#}
{%- set estimators = {
    'logged': ['0', 'reward_sum', 'row_count'],
    'ips': ['0', 'weighted_reward_sum', 'row_count'],
    'snips': ['0', 'weighted_reward_sum', 'weight_sum'],
    'clipped_ips': ['0', 'clipped_reward_sum', 'row_count'],
    'dr': ['modelled_value_sum', 'weighted_residual_sum', 'row_count'],
    'sndr': ['modelled_value_sum', 'weighted_residual_sum', 'weight_sum'],
} %}
{%- set policy = 'cutoff_at, channel, slate_variant, slate_order, slot' %}

with customer_sums as (
    select * from {{ ref('int_off_policy__customer_sums') }}
),

terms as (
    {%- for estimator, (modelled, gained, base) in estimators.items() %}
    select
        {{ policy }},
        '{{ estimator }}' as estimator,
        row_count,
        cast({{ modelled }} as double) as modelled,
        cast({{ gained }} as double) as gained,
        cast({{ base }} as double) as base
    from customer_sums
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

totals as (
    select
        {{ policy }},
        estimator,
        nullif(sum(row_count), 0) as row_count,
        sum(modelled) / nullif(sum(row_count), 0) as modelled_mean,
        sum(gained) / nullif(sum(base), 0) as gained_ratio,
        nullif(sum(base), 0) as base,
        sum(case when row_count > 0 then 1 else 0 end) as customer_count
    from terms
    group by {{ policy }}, estimator
),

-- The delta method: how far each customer pulls the estimate, squared.
errors as (
    select
        totals.cutoff_at,
        totals.channel,
        totals.slate_variant,
        totals.slate_order,
        totals.slot,
        totals.estimator,
        max(totals.modelled_mean + totals.gained_ratio) as click_rate,
        sqrt(
            sum(power(
                (terms.modelled - terms.row_count * totals.modelled_mean) / totals.row_count
                + (terms.gained - terms.base * totals.gained_ratio) / totals.base, 2
            )) * max(totals.customer_count) / nullif(max(totals.customer_count) - 1, 0)
        ) as standard_error
    from totals
    inner join terms
        on
            totals.cutoff_at = terms.cutoff_at
            and totals.channel = terms.channel
            and totals.slate_variant = terms.slate_variant
            and totals.slate_order = terms.slate_order
            and totals.slot = terms.slot
            and totals.estimator = terms.estimator
    group by
        totals.cutoff_at, totals.channel, totals.slate_variant, totals.slate_order, totals.slot, totals.estimator
),

sized as (
    select
        errors.*,
        least(1, greatest(0, errors.click_rate)) as bounded_rate,
        nullif(case errors.estimator
            when 'logged' then supports.row_count
            when 'clipped_ips' then supports.clipped_sample_size
            else supports.effective_sample_size
        end, 0) as sample_size
    from errors
    inner join {{ ref('int_off_policy__support') }} as supports
        on
            errors.cutoff_at = supports.cutoff_at
            and errors.channel = supports.channel
            and errors.slate_variant = supports.slate_variant
            and errors.slate_order = supports.slate_order
            and errors.slot = supports.slot
),

spreads as (
    select
        *,
        case
            when sample_size is not null
                then
                    power({{ var('interval_normal_quantile') }}, 2)
                    * greatest(1 / sample_size, coalesce(power(standard_error, 2) / nullif(bounded_rate, 0), 0))
        end as reach
    from sized
),

widths as (
    select
        *,
        sqrt(reach * bounded_rate + reach * reach / 4) as half_width
    from spreads
)

select
    {{ policy }},
    estimator,
    round(click_rate, 9) as click_rate,
    round(standard_error, 9) as standard_error,
    round(greatest(0, coalesce(bounded_rate + reach / 2 - half_width, 0)), 9) as low_click_rate,
    round(least(1, coalesce(bounded_rate + reach / 2 + half_width, 1)), 9) as high_click_rate
from widths
