-- One row per judged cutoff, candidate policy, order of its slate and logged impression in a slot that the policy would
-- have filled for that customer: what the log says and what the policy would have done. The policy `logged` is the
-- log's own. A slate stands as it is ranked, and once more shuffled: as if its products came in any order alike.

with impressions as (
    select * from {{ ref('int_off_policy__impressions') }}
),

targets as (
    select * from {{ ref('int_off_policy__targets') }}
),

target_slots as (
    select * from {{ ref('int_off_policy__target_slots') }}
),

target_products as (
    select
        cutoff_at,
        channel,
        slate_variant,
        customer_id,
        product_id,
        sum(slot_probability) as slate_probability
    from targets
    group by cutoff_at, channel, slate_variant, customer_id, product_id
),

placed as (
    select
        impressions.*,
        target_slots.slate_variant,
        target_slots.click_probability,
        target_slots.slot_count,
        target_slots.mean_click_probability
    from impressions
    inner join target_slots
        on
            impressions.cutoff_at = target_slots.cutoff_at
            and impressions.channel = target_slots.channel
            and impressions.customer_id = target_slots.customer_id
            and impressions.slot = target_slots.slot
),

judged as (
    select
        placed.*,
        'as_ranked' as slate_order,
        coalesce(targets.slot_probability, 0) as target_probability,
        placed.click_probability as target_click_probability
    from placed
    left join targets
        on
            placed.cutoff_at = targets.cutoff_at
            and placed.channel = targets.channel
            and placed.slate_variant = targets.slate_variant
            and placed.customer_id = targets.customer_id
            and placed.slot = targets.slot
            and placed.product_id = targets.product_id
    union all
    select
        placed.*,
        'shuffled' as slate_order,
        coalesce(target_products.slate_probability, 0) / placed.slot_count as target_probability,
        placed.mean_click_probability as target_click_probability
    from placed
    left join target_products
        on
            placed.cutoff_at = target_products.cutoff_at
            and placed.channel = target_products.channel
            and placed.slate_variant = target_products.slate_variant
            and placed.customer_id = target_products.customer_id
            and placed.product_id = target_products.product_id
)

select
    cutoff_role,
    cutoff_at,
    channel,
    slate_variant,
    slate_order,
    impression_id,
    customer_id,
    slot,
    reward,
    logging_probability,
    -- Of a draw's probabilities each is rounded.
    cast(round(least(1, target_probability), 9) as double) as target_probability,
    modelled_reward,
    round(least(1, target_click_probability * slot_click_ratio), 9) as modelled_value
from judged
union all
select
    cutoff_role,
    cutoff_at,
    channel,
    'logged' as slate_variant,
    'as_ranked' as slate_order,
    impression_id,
    customer_id,
    slot,
    reward,
    logging_probability,
    coalesce(logging_probability, 0) as target_probability,
    modelled_reward,
    modelled_reward as modelled_value
from impressions
