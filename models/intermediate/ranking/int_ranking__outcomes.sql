-- One row per cutoff with a known outcome, customer and product bought within the horizon after it.

with order_lines as (
    select * from {{ ref('int_interactions__order_lines') }}
    where is_merchandise and not is_return
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where outcome_until_at is not null
),

owned as (
    select * from {{ ref('int_interactions__customer_products') }}
),

customer_categories as (
    select * from {{ ref('int_features__customer_categories') }}
),

purchases as (
    select
        cutoffs.cutoff_at,
        order_lines.customer_id,
        order_lines.product_id,
        order_lines.category,
        {{ exact_sum('order_lines.net_amount') }} as net_amount
    from cutoffs
    inner join order_lines
        on
            order_lines.ordered_at >= cutoffs.cutoff_at
            and order_lines.ordered_at < cutoffs.outcome_until_at
    group by cutoffs.cutoff_at, order_lines.customer_id, order_lines.product_id, order_lines.category
)

select
    purchases.cutoff_at,
    purchases.customer_id,
    purchases.product_id,
    purchases.category,
    purchases.net_amount,
    owned.product_id is null as is_new_product,
    customer_categories.category is null
    or {{ dbt.datediff('customer_categories.last_ordered_at', 'purchases.cutoff_at', 'day') }}
    > {{ var('new_category_days') }} as is_new_category
from purchases
left join owned
    on
        purchases.cutoff_at = owned.cutoff_at
        and purchases.customer_id = owned.customer_id
        and purchases.product_id = owned.product_id
left join customer_categories
    on
        purchases.cutoff_at = customer_categories.cutoff_at
        and purchases.customer_id = customer_categories.customer_id
        and purchases.category = customer_categories.category
