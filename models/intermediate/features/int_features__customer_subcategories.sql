-- One row per cutoff, customer, category and subcategory bought from before it. A name may stand in several categories.

with customer_products as (
    select
        customer_products.*,
        products.subcategory
    from {{ ref('int_interactions__customer_products') }} as customer_products
    inner join {{ ref('stg_products') }} as products on customer_products.product_id = products.product_id
),

customer_weights as (
    select
        cutoff_at,
        customer_id,
        cast(sum(cast(weight as decimal(18, 9))) as double) as weight
    from customer_products
    group by cutoff_at, customer_id
),

customer_subcategories as (
    select
        cutoff_at,
        customer_id,
        category,
        subcategory,
        count(*) as product_count,
        cast(sum(order_count) as bigint) as order_count,
        cast(sum(cast(weight as decimal(18, 9))) as double) as weight,
        cast(sum(
            case
                when {{ dbt.datediff('first_ordered_at', 'cutoff_at', 'day') }} <= {{ var('popularity_days') }} then 1
                else 0
            end
        ) as bigint) as recent_product_count,
        min(days_since_order) as days_since_order
    from customer_products
    where subcategory is not null
    group by cutoff_at, customer_id, category, subcategory
)

select
    customer_subcategories.*,
    coalesce(customer_subcategories.weight / nullif(customer_weights.weight, 0), 0) as weight_share
from customer_subcategories
inner join customer_weights
    on
        customer_subcategories.cutoff_at = customer_weights.cutoff_at
        and customer_subcategories.customer_id = customer_weights.customer_id
