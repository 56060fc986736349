-- One row per cutoff, customer and category bought from before it.

with customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
),

customer_categories as (
    select
        cutoff_at,
        customer_id,
        category,
        count(*) as product_count,
        cast(sum(order_count) as bigint) as order_count,
        {{ exact_sum('net_amount') }} as net_amount,
        cast(sum(cast(weight as decimal(18, 9))) as double) as weight,
        cast(sum(cast(intent_weight as decimal(18, 9))) as double) as intent_weight,
        sum(
            case
                when {{ dbt.datediff('first_ordered_at', 'cutoff_at', 'day') }} <= {{ var('popularity_days') }} then 1
                else 0
            end
        ) as recent_product_count,
        max(last_ordered_at) as last_ordered_at,
        min(days_since_order) as days_since_order
    from customer_products
    group by cutoff_at, customer_id, category
),

customers as (
    select
        cutoff_at,
        customer_id,
        {{ exact_sum('net_amount') }} as net_amount,
        cast(sum(cast(weight as decimal(18, 9))) as double) as weight
    from customer_categories
    group by cutoff_at, customer_id
)

select
    customer_categories.cutoff_at,
    customer_categories.customer_id,
    customer_categories.category,
    customer_categories.product_count,
    customer_categories.order_count,
    customer_categories.net_amount,
    customer_categories.weight,
    customer_categories.intent_weight,
    customer_categories.recent_product_count,
    customer_categories.last_ordered_at,
    customer_categories.days_since_order,
    coalesce(customer_categories.net_amount / nullif(customers.net_amount, 0), 0) as spend_share,
    coalesce(customer_categories.weight / nullif(customers.weight, 0), 0) as weight_share
from customer_categories
inner join customers
    on
        customer_categories.cutoff_at = customers.cutoff_at
        and customer_categories.customer_id = customers.customer_id
