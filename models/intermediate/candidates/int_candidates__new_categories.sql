-- The products of categories new to the customer that an affinity model likes best.

with affinities as (
    select * from {{ ref('int_candidates__affinities') }}
    where new_category_rank is not null
)

select
    cutoff_at,
    customer_id,
    product_id,
    'new_categories' as candidate_source,
    cast(1 as double) / new_category_rank as candidate_score,
    anchor_product_id
from affinities
