-- One row per cutoff with a known outcome and customer: whether and for how much they ordered within the horizon.

with customers as (
    select * from {{ ref('int_features__customer_orders') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where outcome_until_at is not null
),

orders as (
    select * from {{ ref('int_interactions__orders') }}
),

outcomes as (
    select
        cutoffs.cutoff_at,
        orders.customer_id,
        count(*) as order_count,
        {{ exact_sum('orders.net_amount') }} as spend_amount
    from cutoffs
    inner join orders
        on
            orders.ordered_at >= cutoffs.cutoff_at
            and orders.ordered_at < cutoffs.outcome_until_at
    group by cutoffs.cutoff_at, orders.customer_id
)

select
    customers.cutoff_at,
    customers.customer_id,
    outcomes.customer_id is not null as has_ordered,
    coalesce(outcomes.spend_amount, 0) as spend_amount
from customers
inner join cutoffs on customers.cutoff_at = cutoffs.cutoff_at
left join outcomes
    on
        customers.cutoff_at = outcomes.cutoff_at
        and customers.customer_id = outcomes.customer_id
