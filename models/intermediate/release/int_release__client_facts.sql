-- One row per customer as of the serve cutoff: what an advisor wants to know before a call.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

orders as (
    select orders.*
    from {{ ref('int_interactions__orders') }} as orders
    inner join serve on orders.ordered_at < serve.cutoff_at
),

rhythms as (
    select
        customer_id,
        count(*) as order_count,
        max(ordered_at) as last_ordered_at,
        -- Two gaps at least: one is no rhythm.
        case when count(days_since_previous_order) >= 2 then median(days_since_previous_order) end
            as typical_days_between_orders
    from orders
    group by customer_id
),

purchases as (
    select
        purchases.customer_id,
        products.product_name,
        row_number() over (
            partition by purchases.customer_id order by purchases.last_ordered_at desc, purchases.product_id asc
        ) as place
    from {{ ref('int_interactions__customer_products') }} as purchases
    inner join serve on purchases.cutoff_at = serve.cutoff_at
    inner join {{ ref('stg_products') }} as products on purchases.product_id = products.product_id
),

last_purchases as (
    select
        customer_id,
        max(case when place = 1 then product_name end)
        || coalesce(', ' || max(case when place = 2 then product_name end), '')
        || coalesce(', ' || max(case when place = 3 then product_name end), '') as last_product_names
    from purchases
    where place <= 3
    group by customer_id
)

select
    rhythms.customer_id,
    rhythms.order_count,
    rhythms.last_ordered_at,
    last_purchases.last_product_names,
    rhythms.typical_days_between_orders,
    cast({{ days_after(
        'rhythms.last_ordered_at', 'cast(ceil(rhythms.typical_days_between_orders) as integer)'
    ) }} as date) as next_order_due_on
from rhythms
left join last_purchases on rhythms.customer_id = last_purchases.customer_id
