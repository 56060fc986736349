-- Products that the linear item-item model expects from the customer's latest purchases only.

with affinities as (
    select * from {{ ref('int_candidates__affinities') }}
    where intent_rank is not null
)

select
    cutoff_at,
    customer_id,
    product_id,
    'intent' as candidate_source,
    cast(intent_score as double) as candidate_score,
    anchor_product_id
from affinities
