-- A product reserved for a tier is offered to customers of that tier, or of a higher one, only.

with candidates as (
    select * from {{ ref('int_rules__pairs') }}
),

states as (
    select * from {{ ref('int_features__product_states') }}
    where tier is not null
),

tiers as (
    select * from {{ ref('int_features__tiers') }}
),

customer_tiers as (
    select * from {{ ref('int_features__customer_tiers') }}
)

select
    candidates.cutoff_at,
    candidates.customer_id,
    candidates.product_id,
    'tier_only' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    case
        when tiers.tier is null
            then 'kept for the tier ' || states.tier || ', which seeds/customer_tiers.csv does not have then'
        else 'kept for the tier ' || states.tier
    end as reason
from candidates
inner join states
    on
        candidates.cutoff_at = states.cutoff_at
        and candidates.product_id = states.product_id
left join tiers on states.cutoff_at = tiers.cutoff_at and states.tier = tiers.tier
left join customer_tiers
    on
        candidates.cutoff_at = customer_tiers.cutoff_at
        and candidates.customer_id = customer_tiers.customer_id
where tiers.tier_rank is null or coalesce(customer_tiers.tier_rank, 0) < tiers.tier_rank
