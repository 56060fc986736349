-- Products close to the customer in the factors of ALS.

with affinities as (
    select * from {{ ref('int_candidates__affinities') }}
    where als_rank is not null
)

select
    cutoff_at,
    customer_id,
    product_id,
    'als' as candidate_source,
    cast(als_score as double) as candidate_score,
    anchor_product_id
from affinities
