-- One row per cutoff and customer with an order before it: everything the propensity model may learn from.

with orders as (
    select * from {{ ref('int_features__customer_orders') }}
),

tastes as (
    select * from {{ ref('int_features__customer_tastes') }}
),

responses as (
    select * from {{ ref('int_features__customer_responses') }}
),

habits as (
    select * from {{ ref('int_features__customer_habits') }}
),

carts as (
    select
        cutoff_at,
        customer_id,
        cast(count(*) as double) as open_cart_count
    from {{ ref('int_features__customer_product_interests') }}
    where is_wanted and cart_count > 0
    group by cutoff_at, customer_id
),

recorded as (
    select * from {{ ref('int_features__recorded_events') }}
),

returns as (
    select
        cutoffs.cutoff_at,
        order_lines.customer_id,
        cast(count(*) as double) as return_line_count
    from {{ ref('int_interactions__order_lines') }} as order_lines
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on order_lines.first_cutoff_at <= cutoffs.cutoff_at
    where order_lines.is_return
    group by cutoffs.cutoff_at, order_lines.customer_id
)

select
    {{ columns_of('orders', [
        'cutoff_at', 'customer_id', 'last_ordered_at', 'recency_days', 'tenure_days', 'order_count', 'net_amount'
    ]) }},
    {%- for days in var('feature_window_days') %}
    orders.order_count_{{ days }}d,
    orders.net_amount_{{ days }}d,
    {%- endfor %}
    -- Velocity: the pace of the shortest window against the pace of the customer's whole history.
    orders.order_count_{{ var('feature_window_days')[0] }}d / {{ var('feature_window_days')[0] }}.0
    / nullif(orders.order_count / greatest(orders.tenure_days, {{ var('feature_window_days')[0] }}), 0)
        as velocity_ratio,
    {{ columns_of('orders', [
        'mean_order_amount', 'mean_basket_size', 'mean_basket_category_count', 'full_price_share',
        'mean_interpurchase_days', 'interpurchase_deviation_days', 'dormancy_ratio'
    ]) }},
    {{ columns_of('tastes', [
        'category_count', 'category_entropy', 'top_category_share', 'brand_count', 'top_brand_share',
        'product_count', 'new_product_count', 'orders_per_product', 'mean_price_percentile',
        'mean_popularity_percentile', 'mean_price_amount', 'max_price_amount', 'log_price_drift'
    ]) }},
    {{ columns_of('habits', ['reactivation_ratio', 'season_order_share']) }},
    {{ columns_of('responses', [
        'send_count', 'days_since_send', 'response_count', 'days_since_response', 'redemption_ratio',
        'days_since_view', 'days_since_want'
    ]) }},
    -- No event is none where the shop records such events, and unknown where it does not.
    case when recorded.has_views then coalesce(responses.session_count, 0) end as session_count,
    case when recorded.has_carts then coalesce(carts.open_cart_count, 0) end as open_cart_count,
    coalesce(returns.return_line_count, 0) as return_line_count
from orders
inner join recorded on orders.cutoff_at = recorded.cutoff_at
left join tastes on orders.cutoff_at = tastes.cutoff_at and orders.customer_id = tastes.customer_id
left join responses on orders.cutoff_at = responses.cutoff_at and orders.customer_id = responses.customer_id
left join habits on orders.cutoff_at = habits.cutoff_at and orders.customer_id = habits.customer_id
left join carts on orders.cutoff_at = carts.cutoff_at and orders.customer_id = carts.customer_id
left join returns on orders.cutoff_at = returns.cutoff_at and orders.customer_id = returns.customer_id
