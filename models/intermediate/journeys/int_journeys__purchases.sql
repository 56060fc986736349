-- One row per order and product that the customer kept, before the serve cutoff. A product that was sent back counts
-- only if it was bought again since. A service counts, though it is no merchandise.

with order_lines as (
    select * from {{ ref('int_interactions__order_lines') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

returns as (
    select
        customer_id,
        product_id,
        max(ordered_at) as returned_at
    from order_lines
    where is_return
    group by customer_id, product_id
)

select
    serve.cutoff_at,
    order_lines.customer_id,
    order_lines.order_id,
    order_lines.product_id,
    order_lines.category,
    min(order_lines.ordered_at) as ordered_at,
    cast(min({{ dbt.date_trunc('week', 'order_lines.ordered_at') }}) as date) as week_on
from order_lines
inner join serve on order_lines.first_cutoff_at <= serve.cutoff_at
left join returns
    on
        order_lines.customer_id = returns.customer_id
        and order_lines.product_id = returns.product_id
where
    not order_lines.is_return
    and (returns.returned_at is null or order_lines.ordered_at > returns.returned_at)
group by
    serve.cutoff_at,
    order_lines.customer_id,
    order_lines.order_id,
    order_lines.product_id,
    order_lines.category
