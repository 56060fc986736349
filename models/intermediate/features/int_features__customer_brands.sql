-- One row per cutoff, customer and brand (line) bought before it: how much of the customer's purchases, and how lately.

with customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
    where brand is not null
),

customer_brands as (
    select
        cutoff_at,
        customer_id,
        brand,
        count(*) as product_count,
        cast(sum(order_count) as bigint) as order_count,
        cast(sum(cast(weight as decimal(18, 9))) as double) as weight,
        min(days_since_order) as days_since_order
    from customer_products
    group by cutoff_at, customer_id, brand
)

select
    cutoff_at,
    customer_id,
    brand,
    product_count,
    order_count,
    days_since_order,
    order_count / cast(sum(order_count) over (partition by cutoff_at, customer_id) as double) as order_share,
    coalesce(
        weight / nullif(cast(
            sum(cast(weight as decimal(18, 9))) over (partition by cutoff_at, customer_id) as double
        ), 0), 0
    ) as weight_share
from customer_brands
