-- One row per judged cutoff, candidate policy, order of its slate and logged impression in a slot that the policy would
-- have filled for that customer: what the log says and what the policy would have done. The policy `logged` is the
-- log's own. A slate stands as it is ranked, and once more shuffled: as if its products came in any order alike.

with impressions as (
    select * from {{ ref('int_off_policy__impressions') }}
),

targets as (
    select * from {{ ref('int_off_policy__targets') }}
),

placed as (
    select
        impressions.*,
        targets.slate_variant,
        targets.slot_count,
        targets.product_id as target_product_id,
        targets.slot_probability,
        targets.click_probability,
        targets.mean_click_probability
    from impressions
    inner join targets
        on
            impressions.cutoff_at = targets.cutoff_at
            and impressions.channel = targets.channel
            and impressions.customer_id = targets.customer_id
            and impressions.slot = targets.slot
),

judged as (
    select
        placed.*,
        'as_ranked' as slate_order,
        case when placed.product_id = placed.target_product_id then placed.slot_probability else 0 end
            as target_probability,
        placed.click_probability as target_click_probability
    from placed
    union all
    select
        placed.*,
        'shuffled' as slate_order,
        case
            when targets.product_id is not null then targets.slot_probability / placed.slot_count else 0
        end as target_probability,
        placed.mean_click_probability as target_click_probability
    from placed
    left join targets
        on
            placed.cutoff_at = targets.cutoff_at
            and placed.channel = targets.channel
            and placed.slate_variant = targets.slate_variant
            and placed.customer_id = targets.customer_id
            and placed.product_id = targets.product_id
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
    cast(target_probability as double) as target_probability,
    modelled_reward,
    least(1, target_click_probability * slot_click_ratio) as modelled_value
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
