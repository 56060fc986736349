-- One row per cutoff, customer and candidate: what the ranker may know of it, and whether it was then bought.

{%- set sources = var('candidate_sources') %}

with candidates as (
    select * from {{ ref('int_ranking__candidates') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

customers as (
    select * from {{ ref('int_features__customers') }}
),

customer_categories as (
    select * from {{ ref('int_features__customer_categories') }}
),

customer_brands as (
    select * from {{ ref('int_features__customer_brands') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
)

select
    candidates.cutoff_at,
    candidates.customer_id,
    candidates.product_id,
    {%- for source in sources %}
    cast(candidates.{{ source }}_rank as float) as {{ source }}_rank,
    {%- if source in var('affinity_models') %}
    -- Known for candidates of every source.
    cast(affinities.{{ source }}_score as float) as {{ source }}_score,
    cast(affinities.{{ source }}_ratio as float) as {{ source }}_ratio,
    {%- else %}
    cast(candidates.{{ source }}_score as float) as {{ source }}_score,
    {%- endif %}
    {%- endfor %}
    cast(candidates.source_count as float) as source_count,
    cast(products.buyer_count as float) as buyer_count,
    cast(products.all_time_buyer_count as float) as all_time_buyer_count,
    cast(products.orders_per_buyer as float) as orders_per_buyer,
    {%- for days in var('recent_window_days') %}
    cast(products.buyer_count_{{ days }}d as float) as buyer_count_{{ days }}d,
    cast(products.new_buyer_count_{{ days }}d as float) as new_buyer_count_{{ days }}d,
    cast(products.new_buyer_count_{{ days }}d / cast(1 + products.buyer_count_{{ days }}d as double) as float)
        as new_buyer_share_{{ days }}d,
    {%- endfor %}
    cast(products.buyer_count_{{ var('recent_window_days')[0] }}d / cast(1 + products.buyer_count as double) as float)
        as buyer_trend_ratio,
    cast(products.intent_weight / (1 + products.weight) as float) as weight_trend_ratio,
    cast(products.season_line_count as float) as season_line_count,
    cast((1 + products.season_line_count) / cast(1 + products.preseason_line_count as double) as float)
        as season_ratio,
    cast(products.weight as float) as product_weight,
    cast(products.popularity_percentile as float) as popularity_percentile,
    cast(products.category_popularity_rank as float) as category_popularity_rank,
    {%- for name in ['trend_ratio', 'age_days', 'days_since_sale', 'price_amount', 'price_percentile'] %}
    cast(products.{{ name }} as float) as {{ name }},
    {%- endfor %}
    {%- for name in ['weight_share', 'product_count', 'intent_weight', 'recent_product_count'] %}
    cast(coalesce(customer_categories.{{ name }}, 0) as float) as category_{{ name }},
    {%- endfor %}
    cast(customer_categories.days_since_order as float) as category_recency_days,
    cast(coalesce(customer_brands.order_share, 0) as float) as brand_order_share,
    cast(ln(
        greatest(products.price_amount, {{ var('min_price_amount') }})
        / greatest(customers.mean_price_amount, {{ var('min_price_amount') }})
    ) as float) as log_price_ratio,
    cast(products.price_percentile - customers.mean_price_percentile as float) as price_percentile_gap,
    cast(products.popularity_percentile - customers.mean_popularity_percentile as float) as popularity_gap,
    cast(customers.recency_days as float) as customer_recency_days,
    cast(customers.order_count_{{ var('feature_window_days')[0] }}d as float) as customer_recent_order_count,
    cast(customers.mean_interpurchase_days as float) as customer_interpurchase_days,
    cast(customers.mean_basket_size as float) as customer_basket_size,
    cast(customers.product_count as float) as customer_product_count,
    cast(customers.new_product_count as float) as customer_new_product_count,
    cast(customers.order_count as float) as customer_order_count,
    cast(customers.mean_popularity_percentile as float) as customer_popularity_percentile,
    cast(customers.mean_price_amount as float) as customer_price_amount,
    cast(customers.category_entropy as float) as customer_category_entropy,
    cast(customers.orders_per_product as float) as customer_orders_per_product,
    case when cutoffs.outcome_until_at is not null then outcomes.product_id is not null end as has_bought
from candidates
inner join cutoffs on candidates.cutoff_at = cutoffs.cutoff_at
inner join products
    on
        candidates.cutoff_at = products.cutoff_at
        and candidates.product_id = products.product_id
inner join customers
    on
        candidates.cutoff_at = customers.cutoff_at
        and candidates.customer_id = customers.customer_id
left join customer_categories
    on
        candidates.cutoff_at = customer_categories.cutoff_at
        and candidates.customer_id = customer_categories.customer_id
        and products.category = customer_categories.category
left join customer_brands
    on
        candidates.cutoff_at = customer_brands.cutoff_at
        and candidates.customer_id = customer_brands.customer_id
        and products.brand = customer_brands.brand
left join {{ ref('int_candidates__affinities') }} as affinities
    on
        candidates.cutoff_at = affinities.cutoff_at
        and candidates.customer_id = affinities.customer_id
        and candidates.product_id = affinities.product_id
left join {{ ref('int_ranking__outcomes') }} as outcomes
    on
        candidates.cutoff_at = outcomes.cutoff_at
        and candidates.customer_id = outcomes.customer_id
        and candidates.product_id = outcomes.product_id
