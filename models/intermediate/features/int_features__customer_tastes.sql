-- One row per cutoff and customer: breadth over categories, loyalty to a brand, the price level bought at.

with customer_categories as (
    select * from {{ ref('int_features__customer_categories') }}
),

customer_brands as (
    select * from {{ ref('int_features__customer_brands') }}
),

customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

breadth as (
    select
        cutoff_at,
        customer_id,
        cast(count(*) as double) as category_count,
        round(-sum(weight_share * ln(greatest(weight_share, {{ var('tiny_share') }}))), 9) as category_entropy,
        max(weight_share) as top_category_share
    from customer_categories
    group by cutoff_at, customer_id
),

loyalty as (
    select
        cutoff_at,
        customer_id,
        cast(count(*) as double) as brand_count,
        max(order_share) as top_brand_share
    from customer_brands
    group by cutoff_at, customer_id
),

prices as (
    select
        customer_products.cutoff_at,
        customer_products.customer_id,
        cast(count(*) as double) as product_count,
        cast(sum(
            case
                when
                    {{ dbt.datediff('customer_products.first_ordered_at', 'customer_products.cutoff_at', 'day') }}
                    <= {{ var('horizon_days') }}
                    then 1
                else 0
            end
        ) as double) as new_product_count,
        cast(sum(customer_products.order_count) as double) / count(*) as orders_per_product,
        round(avg(products.price_percentile), 9) as mean_price_percentile,
        -- Price-tier drift: the level of late purchases, decayed, against that of all.
        round(
            sum(customer_products.weight * ln(greatest(products.price_amount, {{ var('min_price_amount') }})))
            / nullif(sum(customer_products.weight), 0)
            - avg(ln(greatest(products.price_amount, {{ var('min_price_amount') }}))), 9
        ) as log_price_drift,
        round(avg(products.popularity_percentile), 9) as mean_popularity_percentile,
        {{ exact_sum('customer_products.net_amount') }} / nullif({{ exact_sum('customer_products.quantity') }}, 0)
            as mean_price_amount,
        max(products.price_amount) as max_price_amount
    from customer_products
    inner join products
        on
            customer_products.cutoff_at = products.cutoff_at
            and customer_products.product_id = products.product_id
    group by customer_products.cutoff_at, customer_products.customer_id
)

select
    breadth.*,
    coalesce(loyalty.brand_count, 0) as brand_count,
    loyalty.top_brand_share,
    prices.product_count,
    prices.new_product_count,
    prices.orders_per_product,
    prices.mean_price_percentile,
    prices.log_price_drift,
    prices.mean_popularity_percentile,
    prices.mean_price_amount,
    prices.max_price_amount
from breadth
left join loyalty
    on
        breadth.cutoff_at = loyalty.cutoff_at
        and breadth.customer_id = loyalty.customer_id
left join prices
    on
        breadth.cutoff_at = prices.cutoff_at
        and breadth.customer_id = prices.customer_id
