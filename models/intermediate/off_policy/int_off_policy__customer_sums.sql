-- One row per judged cutoff, candidate policy, order of its slate, slot (0: all of them together) and customer: sums
-- over the logged rows that the estimates of vitrine.off_policy are made of.

with logged_rows as (
    select
        *,
        case when logging_probability > 0 then target_probability / logging_probability end as weight
    from {{ ref('int_off_policy__logged_rows') }}
),

by_slot as (
    select
        cutoff_role,
        cutoff_at,
        channel,
        slate_variant,
        slate_order,
        slot,
        customer_id,
        reward,
        modelled_reward,
        modelled_value,
        weight
    from logged_rows
    union all
    select
        cutoff_role,
        cutoff_at,
        channel,
        slate_variant,
        slate_order,
        0 as slot,
        customer_id,
        reward,
        modelled_reward,
        modelled_value,
        weight
    from logged_rows
),

-- Weights are cut at the square root of the number of rows (Ionides 2008).
counted as (
    select
        *,
        -- A missing weight would not stay missing in `least` alone.
        case
            when weight is not null
                then least(
                    weight,
                    sqrt(count(weight) over (partition by cutoff_at, channel, slate_variant, slate_order, slot))
                )
        end as clipped_weight
    from by_slot
)

select
    cutoff_role,
    cutoff_at,
    channel,
    slate_variant,
    slate_order,
    slot,
    customer_id,
    count(weight) as row_count,
    count(*) - count(weight) as unusable_count,
    coalesce(sum(weight), 0) as weight_sum,
    coalesce(sum(weight * weight), 0) as weight_square_sum,
    coalesce(max(weight), 0) as largest_weight,
    coalesce(sum(clipped_weight), 0) as clipped_weight_sum,
    coalesce(sum(clipped_weight * clipped_weight), 0) as clipped_weight_square_sum,
    coalesce(sum(case when weight is not null then reward end), 0) as reward_sum,
    coalesce(sum(weight * reward), 0) as weighted_reward_sum,
    coalesce(sum(clipped_weight * reward), 0) as clipped_reward_sum,
    coalesce(sum(weight * (reward - modelled_reward)), 0) as weighted_residual_sum,
    coalesce(sum(case when weight is not null then modelled_value end), 0) as modelled_value_sum
from counted
group by cutoff_role, cutoff_at, channel, slate_variant, slate_order, slot, customer_id
