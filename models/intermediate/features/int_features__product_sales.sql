-- One row per cutoff and product sold before it: who bought it lately, since when it sells, where it is heading.

with customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
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
        sum(
            case
                when {{ dbt.datediff('last_ordered_at', 'cutoff_at', 'day') }} <= {{ var('popularity_days') }} then 1
                else 0
            end
        ) as buyer_count,
        sum(
            case
                when {{ dbt.datediff('last_ordered_at', 'cutoff_at', 'day') }} <= {{ var('horizon_days') }} then 1
                else 0
            end
        ) as horizon_buyer_count,
        cast(sum(cast(weight as decimal(18, 9))) as double) as weight,
        {{ exact_sum('net_amount') }} / nullif({{ exact_sum('quantity') }}, 0) as mean_paid_amount
    from customer_products
    group by cutoff_at, product_id, category, brand
)

select
    cutoff_at,
    product_id,
    category,
    brand,
    first_sold_at,
    last_sold_at,
    cast(all_time_buyer_count as bigint) as all_time_buyer_count,
    cast(buyer_count as bigint) as buyer_count,
    cast(horizon_buyer_count as bigint) as horizon_buyer_count,
    weight,
    mean_paid_amount,
    {{ dbt.datediff('first_sold_at', 'cutoff_at', 'day') }} as age_days,
    {{ dbt.datediff('last_sold_at', 'cutoff_at', 'day') }} as days_since_sale,
    -- Share of the recent buyers who came within the last horizon, against an even spread (1 = steady).
    (1 + horizon_buyer_count)
    / (1 + buyer_count * {{ var('horizon_days') }} / cast({{ var('popularity_days') }} as double)) as trend_ratio
from product_buyers
