-- One row per pair scope, product and companion as of the serve cutoff, with their names.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

product_pairs as (
    select * from {{ ref('int_features__product_pairs') }}
),

products as (
    select * from {{ ref('stg_products') }}
)

select
    fingerprints.release_id,
    product_pairs.cutoff_at as as_of_at,
    product_pairs.pair_scope,
    product_pairs.product_id,
    products.product_name,
    product_pairs.companion_product_id,
    companions.product_name as companion_product_name,
    product_pairs.companion_rank,
    product_pairs.shared_count,
    product_pairs.lift,
    product_pairs.shrunk_lift,
    product_pairs.cosine
from product_pairs
inner join serve on product_pairs.cutoff_at = serve.cutoff_at
cross join {{ ref('int_release__fingerprints') }} as fingerprints
inner join products on product_pairs.product_id = products.product_id
inner join products as companions on product_pairs.companion_product_id = companions.product_id
