-- One row per cutoff and customer with an order before it: recency, frequency, value and rhythm.

{%- set windows = var('feature_window_days') %}

with orders as (
    select * from {{ ref('int_interactions__orders') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

orders_before_cutoff as (
    select
        cutoffs.cutoff_at,
        orders.*,
        {{ dbt.datediff('orders.ordered_at', 'cutoffs.cutoff_at', 'day') }} as age_days
    from orders
    inner join cutoffs on orders.first_cutoff_at <= cutoffs.cutoff_at
)

select
    cutoff_at,
    customer_id,
    cast(min(age_days) as double) as recency_days,
    cast(max(age_days) as double) as tenure_days,
    cast(count(*) as double) as order_count,
    {{ exact_sum('net_amount') }} as net_amount,
    {%- for days in windows %}
    cast(sum(case when age_days <= {{ days }} then 1 else 0 end) as double) as order_count_{{ days }}d,
    {{ exact_sum('case when age_days <= ' ~ days ~ ' then net_amount else 0 end') }} as net_amount_{{ days }}d,
    {%- endfor %}
    {{ exact_sum('net_amount') }} / count(*) as mean_order_amount,
    cast(sum(product_count) as double) / count(*) as mean_basket_size,
    cast(sum(category_count) as double) / count(*) as mean_basket_category_count,
    cast(sum(full_price_line_count) as double) / nullif(sum(listed_line_count), 0) as full_price_share,
    cast(sum(days_since_previous_order) as double) / nullif(count(days_since_previous_order), 0)
        as mean_interpurchase_days,
    sqrt(
        greatest(
            cast(sum(days_since_previous_order * days_since_previous_order) as double)
            / nullif(count(days_since_previous_order), 0)
            - power(
                cast(sum(days_since_previous_order) as double) / nullif(count(days_since_previous_order), 0), 2
            ),
            0
        )
    ) as interpurchase_deviation_days,
    -- Dormancy: how many of the customer's own usual intervals have passed since the last order.
    min(age_days) * count(days_since_previous_order)
    / nullif(cast(sum(days_since_previous_order) as double), 0) as dormancy_ratio,
    max(ordered_at) as last_ordered_at
from orders_before_cutoff
group by cutoff_at, customer_id
