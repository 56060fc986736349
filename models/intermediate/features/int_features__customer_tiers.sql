-- One row per cutoff and customer who had a tier then: the highest whose spending the customer reached.

with customers as (
    select * from {{ ref('int_features__customer_orders') }}
),

tiers as (
    select * from {{ ref('int_features__tiers') }}
),

orders as (
    select * from {{ ref('int_interactions__orders') }}
),

spent as (
    select
        customers.cutoff_at,
        customers.customer_id,
        tiers.tier,
        tiers.tier_rank,
        tiers.min_spent_amount,
        {{ exact_sum('orders.net_amount') }} as spent_amount
    from customers
    inner join tiers on customers.cutoff_at = tiers.cutoff_at
    inner join orders
        on
            customers.customer_id = orders.customer_id
            and orders.ordered_at < customers.cutoff_at
            and orders.ordered_at >= {{ days_after('customers.cutoff_at', '-tiers.window_days') }}
    group by customers.cutoff_at, customers.customer_id, tiers.tier, tiers.tier_rank, tiers.min_spent_amount
),

reached as (
    select
        spent.*,
        row_number() over (partition by cutoff_at, customer_id order by tier_rank desc) as preference
    from spent
    where spent_amount >= min_spent_amount
)

select
    cutoff_at,
    customer_id,
    tier,
    tier_rank,
    spent_amount
from reached
where preference = 1
