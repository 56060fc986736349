-- One row per candidate that is chosen from or learned from, as in int_ranking__candidates, with what there is between
-- the customer and the product, its category, subcategory and line (brand): purchases and events. A view: only
-- int_ranking__candidate_features reads it.
{{ config(materialized='view') }}

with candidates as (
    select candidates.*
    from {{ ref('int_ranking__candidates') }} as candidates
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on candidates.cutoff_at = cutoffs.cutoff_at
    left join {{ ref('int_ranking__learned_candidates') }} as learned
        on
            candidates.cutoff_at = learned.cutoff_at
            and candidates.customer_id = learned.customer_id
            and candidates.product_id = learned.product_id
    where cutoffs.cutoff_role != 'train' or learned.product_id is not null
),

products as (
    select * from {{ ref('int_features__products') }}
),

recorded as (
    select * from {{ ref('int_features__recorded_events') }}
),

wanted as (
    select * from {{ ref('int_features__customer_product_interests') }}
    where is_wanted
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
    cast(coalesce(customer_brands.order_share, 0) as float) as brand_order_share,
    cast(wanted.want_rank as float) as own_want_rank,
    cast(wanted.days_since_want as float) as own_days_since_want,
    -- No event is none where the shop records such events, and unknown where it does not.
    {%- for scope in ['category', 'brand'] %}
    cast(case when recorded.has_views then coalesce({{ scope }}_interests.view_share, 0) end as float)
        as {{ scope }}_view_share,
    cast(case when recorded.has_wants then coalesce({{ scope }}_interests.want_weight, 0) end as float)
        as {{ scope }}_want_weight,
    {%- endfor %}
    cast(case when recorded.has_views then coalesce(product_interests.view_weight, 0) end as float) as all_view_weight,
    cast(case when recorded.has_wants then coalesce(product_interests.want_weight, 0) end as float) as all_want_weight
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
left join wanted
    on
        candidates.cutoff_at = wanted.cutoff_at
        and candidates.customer_id = wanted.customer_id
        and candidates.product_id = wanted.product_id
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
