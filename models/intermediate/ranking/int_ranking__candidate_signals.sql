-- One row per candidate as in int_ranking__candidates, with what there is between the customer and the product, its
-- category, subcategory and line (brand): purchases and touches. A view: only int_ranking__candidate_features reads it.
{{ config(materialized='view') }}

with candidates as (
    select * from {{ ref('int_ranking__candidates') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

recorded as (
    select * from {{ ref('int_features__recorded_touches') }}
),

customer_interests as (
    select * from {{ ref('int_features__customer_interests') }}
)

select
    candidates.*,
    {%- for name in ['weight_share', 'product_count', 'intent_weight', 'recent_product_count'] %}
    cast(coalesce(customer_categories.{{ name }}, 0) as float) as category_{{ name }},
    {%- endfor %}
    cast(customer_categories.days_since_order as float) as category_recency_days,
    {%- for name in ['weight_share', 'product_count', 'order_count', 'weight', 'recent_product_count'] %}
    case when products.subcategory is not null then cast(coalesce(customer_subcategories.{{ name }}, 0) as float) end
        as subcategory_{{ name }},
    {%- endfor %}
    cast(customer_subcategories.days_since_order as float) as subcategory_recency_days,
    {%- for column in ['order_share', 'weight_share', 'product_count'] %}
    cast(coalesce(customer_brands.{{ column }}, 0) as float) as brand_{{ column }},
    {%- endfor %}
    cast(customer_brands.days_since_order as float) as brand_recency_days,
    -- No row is none where the shop records such touches, and unknown where it does not.
    {%- for column, touch_type in {
        'view_count': 'view', 'session_count': 'view', 'view_weight': 'view', 'cart_count': 'cart',
        'wishlist_count': 'wishlist', 'want_weight': 'want', 'shown_count': 'shown', 'click_count': 'click'
    }.items() %}
    cast(case when recorded.has_{{ touch_type }} then coalesce(interests.{{ column }}, 0) end as float)
        as own_{{ column }},
    {%- endfor %}
    {%- for column in ['days_since_view', 'days_since_want', 'days_since_shown', 'want_rank'] %}
    cast(interests.{{ column }} as float) as own_{{ column }},
    {%- endfor %}
    {%- for scope, relation in {'category': 'category_interests', 'brand': 'brand_interests'}.items() %}
    {%- for column, touch_type in {'view_weight': 'view', 'view_share': 'view', 'want_weight': 'want'}.items() %}
    cast(case when recorded.has_{{ touch_type }} then coalesce({{ relation }}.{{ column }}, 0) end as float)
        as {{ scope }}_{{ column }},
    {%- endfor %}
    cast({{ relation }}.days_since_view as float) as {{ scope }}_days_since_view,
    {%- endfor %}
    {%- for column, touch_type in {
        'viewer_count': 'view', 'wanting_count': 'want', 'view_weight': 'view', 'want_weight': 'want'
    }.items() %}
    cast(case when recorded.has_{{ touch_type }} then coalesce(product_interests.{{ column }}, 0) end as float)
        as all_{{ column }},
    {%- endfor %}
    cast(product_interests.want_ratio as float) as all_want_ratio,
    cast(product_interests.conversion_ratio as float) as all_conversion_ratio,
    cast(product_interests.click_ratio as float) as all_click_ratio
from candidates
inner join recorded on candidates.cutoff_at = recorded.cutoff_at
inner join products
    on
        candidates.cutoff_at = products.cutoff_at
        and candidates.product_id = products.product_id
left join {{ ref('int_features__customer_categories') }} as customer_categories
    on
        candidates.cutoff_at = customer_categories.cutoff_at
        and candidates.customer_id = customer_categories.customer_id
        and products.category = customer_categories.category
left join {{ ref('int_features__customer_subcategories') }} as customer_subcategories
    on
        candidates.cutoff_at = customer_subcategories.cutoff_at
        and candidates.customer_id = customer_subcategories.customer_id
        and products.category = customer_subcategories.category
        and products.subcategory = customer_subcategories.subcategory
left join {{ ref('int_features__customer_product_interests') }} as interests
    on
        candidates.cutoff_at = interests.cutoff_at
        and candidates.customer_id = interests.customer_id
        and candidates.product_id = interests.product_id
{%- for scope in ['category', 'brand'] %}
left join customer_interests as {{ scope }}_interests
    on
        candidates.cutoff_at = {{ scope }}_interests.cutoff_at
        and candidates.customer_id = {{ scope }}_interests.customer_id
        and {{ scope }}_interests.interest_scope = '{{ scope }}'
        and products.{{ scope }} = {{ scope }}_interests.scope_value
{%- endfor %}
left join {{ ref('int_features__product_interests') }} as product_interests
    on
        candidates.cutoff_at = product_interests.cutoff_at
        and candidates.product_id = product_interests.product_id
left join {{ ref('int_features__customer_brands') }} as customer_brands
    on
        candidates.cutoff_at = customer_brands.cutoff_at
        and candidates.customer_id = customer_brands.customer_id
        and products.brand = customer_brands.brand
