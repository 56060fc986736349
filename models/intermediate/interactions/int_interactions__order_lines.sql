-- One row per order line, with its product's place in the range and the first cutoff that can see it.

with order_lines as (
    select * from {{ ref('stg_order_lines') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
)

select
    order_lines.order_line_id,
    order_lines.order_id,
    order_lines.customer_id,
    order_lines.product_id,
    {{ product_category('products') }} as category,
    products.brand,
    order_lines.ordered_at,
    cutoffs.cutoff_at as first_cutoff_at,
    order_lines.quantity,
    order_lines.net_amount,
    order_lines.list_amount,
    order_lines.is_return,
    -- A line whose product is in no product table counts for the customer, never as a product to offer.
    coalesce(products.is_merchandise, false) as is_merchandise
from order_lines
inner join cutoffs
    on
        order_lines.ordered_at < cutoffs.cutoff_at
        and (cutoffs.previous_cutoff_at is null or order_lines.ordered_at >= cutoffs.previous_cutoff_at)
left join products on order_lines.product_id = products.product_id
