-- Who bought the anchor of a curated pair lately is offered its companion: boosted, or required.

with curated_pairs as (
    select * from {{ ref('int_integrity__curated_pairs') }}
),

customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
),

products as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
)

select
    customer_products.cutoff_at,
    customer_products.customer_id,
    curated_pairs.product_id,
    'curated' as rule_name,
    curated_pairs.verdict,
    max(curated_pairs.weight) as weight,
    'goes with ' || min(curated_pairs.anchor_product_id) || ' by hand (' || min(curated_pairs.owner) || ')' as reason
from curated_pairs
inner join customer_products on curated_pairs.anchor_product_id = customer_products.product_id
inner join products
    on
        customer_products.cutoff_at = products.cutoff_at
        and curated_pairs.product_id = products.product_id
where
    {{ is_valid_at('curated_pairs', 'customer_products.cutoff_at') }}
    and {{ dbt.datediff('customer_products.last_ordered_at', 'customer_products.cutoff_at', 'day') }}
    <= curated_pairs.within_days
group by
    customer_products.cutoff_at, customer_products.customer_id, curated_pairs.product_id, curated_pairs.verdict
