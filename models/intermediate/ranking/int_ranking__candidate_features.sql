-- One row per candidate that is chosen from or learned from: what the ranker may know of it, and whether it was then
-- bought.

{%- set sources = var('candidate_sources') %}

with candidates as (
    select * from {{ ref('int_ranking__candidate_signals') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

customers as (
    select * from {{ ref('int_features__customers') }}
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
    {%- for days in var('recent_window_days') %}
    cast(products.buyer_count_{{ days }}d as float) as buyer_count_{{ days }}d,
    cast(products.new_buyer_count_{{ days }}d as float) as new_buyer_count_{{ days }}d,
    cast(products.new_buyer_count_{{ days }}d / cast(1 + products.buyer_count_{{ days }}d as double) as float)
        as new_buyer_share_{{ days }}d,
    cast(products.price_ratio_{{ days }}d as float) as price_ratio_{{ days }}d,
    cast(products.discount_share_{{ days }}d as float) as discount_share_{{ days }}d,
    {%- endfor %}
    cast(products.buyer_count_{{ var('recent_window_days')[0] }}d / cast(1 + products.buyer_count as double) as float)
        as buyer_trend_ratio,
    cast(products.intent_weight / (1 + products.weight) as float) as weight_trend_ratio,
    cast((1 + products.season_line_count) / cast(1 + products.preseason_line_count as double) as float)
        as season_ratio,
    cast(products.weight as float) as product_weight,
    {%- for name in [
        'buyer_count', 'all_time_buyer_count', 'orders_per_buyer', 'season_line_count', 'popularity_percentile',
        'category_popularity_rank', 'subcategory_popularity_rank', 'subcategory_buyer_share',
        'discount_share', 'mean_line_quantity', 'trend_ratio', 'age_days', 'days_since_sale', 'price_amount',
        'price_percentile'
    ] %}
    cast(products.{{ name }} as float) as {{ name }},
    {%- endfor %}
    {{ columns_of('candidates', [
        'category_weight_share', 'category_product_count', 'category_intent_weight', 'category_recent_product_count',
        'category_recency_days', 'subcategory_weight_share', 'subcategory_product_count', 'subcategory_order_count',
        'subcategory_weight', 'subcategory_recent_product_count', 'subcategory_recency_days', 'brand_order_share',
        'own_want_rank', 'own_days_since_want', 'category_view_share', 'category_want_weight', 'brand_view_share',
        'brand_want_weight', 'all_view_weight', 'all_want_weight'
    ]) }},
    cast(ln(
        greatest(products.price_amount, {{ var('min_price_amount') }})
        / greatest(customers.mean_price_amount, {{ var('min_price_amount') }})
    ) as float) as log_price_ratio,
    cast(products.price_percentile - customers.mean_price_percentile as float) as price_percentile_gap,
    cast(products.popularity_percentile - customers.mean_popularity_percentile as float) as popularity_gap,
    cast(customers.order_count_{{ var('feature_window_days')[0] }}d as float) as customer_recent_order_count,
    {%- for feature, column in {
        'recency_days': 'recency_days', 'interpurchase_days': 'mean_interpurchase_days',
        'basket_size': 'mean_basket_size', 'product_count': 'product_count',
        'new_product_count': 'new_product_count', 'order_count': 'order_count',
        'popularity_percentile': 'mean_popularity_percentile', 'price_amount': 'mean_price_amount',
        'category_entropy': 'category_entropy', 'orders_per_product': 'orders_per_product',
        'full_price_share': 'full_price_share'
    }.items() %}
    cast(customers.{{ column }} as float) as customer_{{ feature }},
    {%- endfor %}
    case when cutoffs.outcome_until_at is not null then outcomes.product_id is not null end as has_bought
from candidates
inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on candidates.cutoff_at = cutoffs.cutoff_at
inner join products
    on
        candidates.cutoff_at = products.cutoff_at
        and candidates.product_id = products.product_id
inner join customers
    on
        candidates.cutoff_at = customers.cutoff_at
        and candidates.customer_id = customers.customer_id
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
