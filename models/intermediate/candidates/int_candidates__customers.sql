-- One row per cutoff and customer who gets candidates: everybody known at a cutoff that is judged or served. At a
-- training cutoff only those who then ordered, since the ranker learns from nobody else.

with customers as (
    select * from {{ ref('int_features__customer_orders') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

buyers as (
    select distinct
        cutoffs.cutoff_at,
        orders.customer_id
    from cutoffs
    inner join {{ ref('int_interactions__orders') }} as orders
        on
            orders.ordered_at >= cutoffs.cutoff_at
            and orders.ordered_at < cutoffs.outcome_until_at
)

select
    customers.cutoff_at,
    customers.customer_id
from customers
inner join cutoffs on customers.cutoff_at = cutoffs.cutoff_at
left join buyers
    on
        customers.cutoff_at = buyers.cutoff_at
        and customers.customer_id = buyers.customer_id
where cutoffs.cutoff_role != 'train' or buyers.customer_id is not null
