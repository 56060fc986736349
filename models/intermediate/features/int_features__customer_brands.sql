-- One row per cutoff, customer and brand bought before it.

with customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
    where brand is not null
),

customer_brands as (
    select
        cutoff_at,
        customer_id,
        brand,
        cast(sum(order_count) as bigint) as order_count
    from customer_products
    group by cutoff_at, customer_id, brand
)

select
    cutoff_at,
    customer_id,
    brand,
    order_count,
    order_count / cast(sum(order_count) over (partition by cutoff_at, customer_id) as double) as order_share
from customer_brands
