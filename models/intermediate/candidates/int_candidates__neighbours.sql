-- Products that the most alike customers bought lately.

with affinities as (
    select * from {{ ref('int_candidates__affinities') }}
    where neighbours_rank is not null
)

select
    cutoff_at,
    customer_id,
    product_id,
    'neighbours' as candidate_source,
    cast(neighbours_score as double) as candidate_score,
    anchor_product_id
from affinities
