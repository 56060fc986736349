-- Products that are bought by the customers of what the customer bought, strongest tie first.

with pair_scores as (
    select * from {{ ref('int_candidates__pair_scores') }}
    where pair_scope = 'customer'
)

select
    cutoff_at,
    customer_id,
    product_id,
    'customer_pairs' as candidate_source,
    candidate_score,
    anchor_product_id
from pair_scores
