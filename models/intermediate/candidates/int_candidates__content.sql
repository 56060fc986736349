-- Products named and described like those that the customer bought.

with affinities as (
    select * from {{ ref('int_candidates__affinities') }}
    where content_rank is not null
)

select
    cutoff_at,
    customer_id,
    product_id,
    'content' as candidate_source,
    cast(content_score as double) as candidate_score,
    anchor_product_id
from affinities
