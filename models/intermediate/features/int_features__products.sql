-- One row per cutoff and product sold before it: price and stock as known then, popularity, age and trend.

with sales as (
    select * from {{ ref('int_features__product_sales') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

states as (
    select * from {{ ref('int_features__product_states') }}
),

described as (
    select
        sales.*,
        products.product_name,
        products.subcategory,
        coalesce(products.is_durable, false) as is_durable,
        {%- for days in var('recent_window_days') %}
        prices.price_ratio_{{ days }}d,
        prices.discount_share_{{ days }}d,
        {%- endfor %}
        prices.discount_share,
        prices.mean_line_quantity,
        states.is_active,
        states.stock_quantity,
        states.unit_cost_amount,
        coalesce(states.list_price_amount, sales.mean_paid_amount) as price_amount,
        -- Known stock or activity decides; where neither was recorded, a recent sale does.
        coalesce(states.is_active, true)
        and coalesce(states.stock_quantity, 1) > 0
        and (
            states.is_active is not null
            or states.stock_quantity is not null
            or sales.days_since_sale <= {{ var('assumed_sellable_days') }}
        ) as is_sellable
    from sales
    inner join products on sales.product_id = products.product_id
    left join states
        on
            sales.cutoff_at = states.cutoff_at
            and sales.product_id = states.product_id
    left join {{ ref('int_features__product_prices') }} as prices
        on
            sales.cutoff_at = prices.cutoff_at
            and sales.product_id = prices.product_id
),

ranked as (
    select
        described.*,
        rank() over (partition by cutoff_at, is_sellable order by buyer_count asc) as buyer_count_rank,
        count(*) over (partition by cutoff_at, is_sellable, buyer_count) as tie_count,
        count(*) over (partition by cutoff_at, is_sellable) as peer_count,
        avg(ln(1 + buyer_count)) over (partition by cutoff_at, is_sellable) as mean_log_buyers,
        stddev_pop(ln(1 + buyer_count)) over (partition by cutoff_at, is_sellable) as log_buyers_deviation,
        percent_rank() over (partition by cutoff_at, category order by price_amount asc nulls first)
            as price_percentile,
        row_number() over (
            partition by cutoff_at, category, is_sellable order by buyer_count desc, weight desc, product_id asc
        ) as category_popularity_rank,
        row_number() over (
            partition by cutoff_at, category, subcategory, is_sellable
            order by buyer_count desc, weight desc, product_id asc
        ) as subcategory_popularity_rank,
        cast(sum(buyer_count) over (partition by cutoff_at, category, subcategory) as double)
            as subcategory_buyer_count
    from described
)

select
    cutoff_at,
    product_id,
    product_name,
    category,
    subcategory,
    brand,
    price_amount,
    price_percentile,
    stock_quantity,
    unit_cost_amount,
    is_active,
    is_durable,
    is_sellable,
    buyer_count,
    all_time_buyer_count,
    orders_per_buyer,
    {%- for days in var('recent_window_days') %}
    buyer_count_{{ days }}d,
    new_buyer_count_{{ days }}d,
    price_ratio_{{ days }}d,
    discount_share_{{ days }}d,
    {%- endfor %}
    discount_share,
    mean_line_quantity,
    season_line_count,
    preseason_line_count,
    weight,
    intent_weight,
    first_sold_at,
    age_days,
    days_since_sale,
    trend_ratio,
    category_popularity_rank,
    case when subcategory is not null then subcategory_popularity_rank end as subcategory_popularity_rank,
    case when subcategory is not null then buyer_count / nullif(subcategory_buyer_count, 0) end
        as subcategory_buyer_share,
    -- Percentile among products that can be sold, ties averaged.
    coalesce(
        (buyer_count_rank - 1 + (tie_count - 1) / cast(2 as double)) / nullif(cast(peer_count - 1 as double), 0), 0
    ) as popularity_percentile,
    coalesce(round((ln(1 + buyer_count) - mean_log_buyers) / nullif(log_buyers_deviation, 0), 9), 0) as popularity_z
from ranked
