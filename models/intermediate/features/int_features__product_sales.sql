-- One row per cutoff and product sold before it: who bought it lately, since when it sells, where it is heading.

{%- set anniversary = days_after('cutoffs.cutoff_at', -var('season_days')) %}

with customer_products as (
    select
        customer_products.*,
        {{ dbt.datediff('first_ordered_at', 'cutoff_at', 'day') }} as days_since_first_order
    from {{ ref('int_interactions__customer_products') }} as customer_products
),

-- The same season a year ago: lines in the horizon after the anniversary of the cutoff, and in the one before it.
seasons as (
    select
        cutoffs.cutoff_at,
        order_lines.product_id,
        sum(case when order_lines.ordered_at >= {{ anniversary }} then 1 else 0 end) as season_line_count,
        sum(case when order_lines.ordered_at < {{ anniversary }} then 1 else 0 end) as preseason_line_count
    from {{ ref('int_interactions__order_lines') }} as order_lines
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs
        on
            order_lines.ordered_at >= {{ days_after(anniversary, -var('horizon_days')) }}
            and order_lines.ordered_at < {{ days_after(anniversary, var('horizon_days')) }}
    where order_lines.is_merchandise and not order_lines.is_return
    group by cutoffs.cutoff_at, order_lines.product_id
),

product_buyers as (
    select
        cutoff_at,
        product_id,
        category,
        brand,
        min(first_ordered_at) as first_sold_at,
        max(last_ordered_at) as last_sold_at,
        count(*) as all_time_buyer_count,
        sum(order_count) as order_count,
        sum(case when days_since_order <= {{ var('popularity_days') }} then 1 else 0 end) as buyer_count,
        sum(case when days_since_order <= {{ var('horizon_days') }} then 1 else 0 end) as horizon_buyer_count,
        {%- for days in var('recent_window_days') %}
        sum(case when days_since_order <= {{ days }} then 1 else 0 end) as buyer_count_{{ days }}d,
        sum(case when days_since_first_order <= {{ days }} then 1 else 0 end) as new_buyer_count_{{ days }}d,
        {%- endfor %}
        cast(sum(cast(intent_weight as decimal(18, 9))) as double) as intent_weight,
        cast(sum(cast(weight as decimal(18, 9))) as double) as weight,
        {{ exact_sum('net_amount') }} / nullif({{ exact_sum('quantity') }}, 0) as mean_paid_amount
    from customer_products
    group by cutoff_at, product_id, category, brand
)

select
    product_buyers.cutoff_at,
    product_buyers.product_id,
    product_buyers.category,
    product_buyers.brand,
    product_buyers.first_sold_at,
    product_buyers.last_sold_at,
    cast(product_buyers.all_time_buyer_count as bigint) as all_time_buyer_count,
    cast(product_buyers.buyer_count as bigint) as buyer_count,
    cast(product_buyers.horizon_buyer_count as bigint) as horizon_buyer_count,
    cast(product_buyers.order_count as double) / product_buyers.all_time_buyer_count as orders_per_buyer,
    {%- for days in var('recent_window_days') %}
    cast(product_buyers.buyer_count_{{ days }}d as bigint) as buyer_count_{{ days }}d,
    cast(product_buyers.new_buyer_count_{{ days }}d as bigint) as new_buyer_count_{{ days }}d,
    {%- endfor %}
    cast(coalesce(seasons.season_line_count, 0) as bigint) as season_line_count,
    cast(coalesce(seasons.preseason_line_count, 0) as bigint) as preseason_line_count,
    product_buyers.weight,
    product_buyers.intent_weight,
    product_buyers.mean_paid_amount,
    {{ dbt.datediff('product_buyers.first_sold_at', 'product_buyers.cutoff_at', 'day') }} as age_days,
    {{ dbt.datediff('product_buyers.last_sold_at', 'product_buyers.cutoff_at', 'day') }} as days_since_sale,
    -- Share of the recent buyers who came within the last horizon, against an even spread (1 = steady).
    (1 + product_buyers.horizon_buyer_count)
    / (1 + product_buyers.buyer_count * {{ var('horizon_days') }} / cast({{ var('popularity_days') }} as double))
        as trend_ratio
from product_buyers
left join seasons
    on
        product_buyers.cutoff_at = seasons.cutoff_at
        and product_buyers.product_id = seasons.product_id
