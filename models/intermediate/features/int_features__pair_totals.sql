-- One row per cutoff, pair scope and product: the baskets, or customers, that held it, and all there were.

with customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
),

orders as (
    select * from {{ ref('int_interactions__orders') }}
    where product_count > 0
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

order_totals as (
    select
        cutoffs.cutoff_at,
        count(*) as order_count,
        count(distinct orders.customer_id) as customer_count
    from orders
    inner join cutoffs on orders.first_cutoff_at <= cutoffs.cutoff_at
    group by cutoffs.cutoff_at
),

product_totals as (
    select
        cutoff_at,
        product_id,
        cast(sum(order_count) as bigint) as order_count,
        count(*) as customer_count
    from customer_products
    group by cutoff_at, product_id
)

select
    product_totals.cutoff_at,
    'basket' as pair_scope,
    product_totals.product_id,
    product_totals.order_count as unit_count,
    order_totals.order_count as total_unit_count
from product_totals
inner join order_totals on product_totals.cutoff_at = order_totals.cutoff_at
union all
select
    product_totals.cutoff_at,
    'customer' as pair_scope,
    product_totals.product_id,
    product_totals.customer_count as unit_count,
    order_totals.customer_count as total_unit_count
from product_totals
inner join order_totals on product_totals.cutoff_at = order_totals.cutoff_at
