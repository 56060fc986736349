-- One row per entity and kind of row that points at nothing: how many, and what share. They are kept and counted.

with order_lines as (
    select
        'order_lines' as entity,
        'product_not_in_products' as problem,
        case when products.product_id is null then 1 else 0 end as orphan_flag
    from {{ ref('stg_order_lines') }} as order_lines
    left join {{ ref('stg_products') }} as products on order_lines.product_id = products.product_id
    union all
    select
        'order_lines' as entity,
        'customer_not_in_customers' as problem,
        case when customers.customer_id is null then 1 else 0 end as orphan_flag
    from {{ ref('stg_order_lines') }} as order_lines
    left join {{ ref('stg_customers') }} as customers on order_lines.customer_id = customers.customer_id
),

others as (
    select
        'product_states' as entity,
        'product_not_in_products' as problem,
        case when products.product_id is null then 1 else 0 end as orphan_flag
    from {{ ref('stg_product_states') }} as states
    left join {{ ref('stg_products') }} as products on states.product_id = products.product_id
    union all
    select
        'product_attributes' as entity,
        'product_not_in_products' as problem,
        case when products.product_id is null then 1 else 0 end as orphan_flag
    from {{ ref('stg_product_attributes') }} as attributes
    left join {{ ref('stg_products') }} as products on attributes.product_id = products.product_id
    union all
    select
        'sends' as entity,
        'customer_not_in_customers' as problem,
        case when customers.customer_id is null then 1 else 0 end as orphan_flag
    from {{ ref('stg_sends') }} as sends
    left join {{ ref('stg_customers') }} as customers on sends.customer_id = customers.customer_id
    union all
    select
        'events' as entity,
        'customer_not_in_customers' as problem,
        case when customers.customer_id is null then 1 else 0 end as orphan_flag
    from {{ ref('stg_events') }} as events
    left join {{ ref('stg_customers') }} as customers on events.customer_id = customers.customer_id
)

select
    entity,
    problem,
    cast(sum(orphan_flag) as bigint) as orphan_count,
    cast(count(*) as bigint) as row_count,
    sum(orphan_flag) / cast(count(*) as double) as orphan_share
from (
    select * from order_lines
    union all
    select * from others
) as checked_rows
group by entity, problem
