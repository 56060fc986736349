-- One row per order: what it held, what it cost, and how long after the customer's order before. Lines that came to it
-- after the first cutoff that sees it are not counted: nobody knew of them then.

with order_lines as (
    select
        *,
        min(first_cutoff_at) over (partition by order_id, customer_id) as order_cutoff_at
    from {{ ref('int_interactions__order_lines') }}
    where not is_return
),

orders as (
    select
        order_id,
        customer_id,
        min(ordered_at) as ordered_at,
        min(first_cutoff_at) as first_cutoff_at,
        count(*) as line_count,
        count(distinct case when is_merchandise then product_id end) as product_count,
        count(distinct case when is_merchandise then category end) as category_count,
        {{ exact_sum('net_amount') }} as net_amount,
        {{ exact_sum('list_amount') }} as list_amount,
        sum(case when net_amount >= list_amount then 1 else 0 end) as full_price_line_count,
        -- Without a list price nothing is known of a discount.
        count(list_amount) as listed_line_count
    from order_lines
    where first_cutoff_at = order_cutoff_at or order_cutoff_at is null
    group by order_id, customer_id
)

select
    orders.*,
    {{ dbt.datediff(
        'lag(orders.ordered_at) over ('
        ~ 'partition by orders.customer_id order by orders.ordered_at asc, orders.order_id asc)',
        'orders.ordered_at', 'day'
    ) }} as days_since_previous_order
from orders
