-- Products that the linear item-item model expects from all that the customer bought.

with affinities as (
    select * from {{ ref('int_candidates__affinities') }}
    where linear_rank is not null
)

select
    cutoff_at,
    customer_id,
    product_id,
    'linear' as candidate_source,
    cast(linear_score as double) as candidate_score,
    anchor_product_id
from affinities
