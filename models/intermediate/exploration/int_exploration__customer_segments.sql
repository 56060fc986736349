-- One row per cutoff that slates are made at and customer: the segment that the customer's responses are counted in.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate', 'serve')
),

customers as (
    select
        customer_id,
        registered_at as known_at
    from {{ ref('stg_customers') }}
    union all
    select
        customer_id,
        ordered_at as known_at
    from {{ ref('int_interactions__orders') }}
),

orders as (
    select * from {{ ref('int_interactions__orders') }}
),

last_orders as (
    select
        cutoffs.cutoff_at,
        orders.customer_id,
        max(orders.ordered_at) as last_ordered_at
    from cutoffs
    inner join orders on orders.ordered_at < cutoffs.cutoff_at
    group by cutoffs.cutoff_at, orders.customer_id
)

select distinct
    cutoffs.cutoff_at,
    customers.customer_id,
    {{ response_segment('last_orders.last_ordered_at', 'cutoffs.cutoff_at', var('recent_buyer_days')) }} as segment
from customers
inner join cutoffs on customers.known_at is null or customers.known_at < cutoffs.cutoff_at
left join last_orders
    on
        cutoffs.cutoff_at = last_orders.cutoff_at
        and customers.customer_id = last_orders.customer_id
