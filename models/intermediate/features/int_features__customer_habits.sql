-- One row per cutoff and customer with an order before it: how the customer comes back, and at which time of the year.

with orders_before_cutoff as (
    select
        cutoffs.cutoff_at,
        orders.customer_id,
        orders.days_since_previous_order,
        {{ dbt.datediff('orders.ordered_at', 'cutoffs.cutoff_at', 'day') }} as age_days,
        row_number() over (
            partition by cutoffs.cutoff_at, orders.customer_id order by orders.ordered_at desc, orders.order_id desc
        ) as order_rank
    from {{ ref('int_interactions__orders') }} as orders
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on orders.first_cutoff_at <= cutoffs.cutoff_at
),

-- Days from the last anniversary of the cutoff before the order to the order.
placed_orders as (
    select
        orders_before_cutoff.*,
        mod({{ var('season_days') }} - mod(age_days, {{ var('season_days') }}), {{ var('season_days') }})
            as days_after_anniversary
    from orders_before_cutoff
),

rhythm as (
    select
        cutoff_at,
        customer_id,
        cast(max(case when order_rank = 1 then days_since_previous_order end) as double) as last_gap_days,
        cast(sum(case when order_rank > 1 then days_since_previous_order end) as double)
        / nullif(count(case when order_rank > 1 then days_since_previous_order end), 0) as usual_gap_days,
        cast(sum(case
            when
                age_days > {{ var('season_days') - var('horizon_days') }}
                and days_after_anniversary < {{ var('horizon_days') }}
                then 1
            else 0
        end) as double) as season_order_count,
        cast(sum(case when age_days > {{ var('season_days') - var('horizon_days') }} then 1 else 0 end) as double)
            as past_year_order_count
    from placed_orders
    group by cutoff_at, customer_id
)

select
    cutoff_at,
    customer_id,
    -- Reactivation: the pause before the latest order against the customer's usual one.
    last_gap_days / nullif(usual_gap_days, 0) as reactivation_ratio,
    season_order_count / nullif(past_year_order_count, 0) as season_order_share
from rhythm
