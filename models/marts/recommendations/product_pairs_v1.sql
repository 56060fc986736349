-- One row per pair scope, product and companion: what goes with what, and how strongly. Pairs with a killed product
-- are left out.

with product_pairs as (
    select * from {{ ref('int_release__product_pairs') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
)

select
    product_pairs.as_of_at,
    product_pairs.pair_scope,
    product_pairs.product_id,
    product_pairs.product_name,
    product_pairs.companion_product_id,
    product_pairs.companion_product_name,
    cast(product_pairs.companion_rank as bigint) as companion_rank,
    cast(product_pairs.shared_count as bigint) as shared_count,
    product_pairs.lift,
    product_pairs.shrunk_lift,
    product_pairs.cosine,
    product_pairs.release_id
from product_pairs
left join killed_products on product_pairs.product_id = killed_products.product_id
left join killed_products as killed_companions
    on product_pairs.companion_product_id = killed_companions.product_id
where killed_products.product_id is null and killed_companions.product_id is null
