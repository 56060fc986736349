-- One row per product of a slate as of now: what a sentence about it may name, and which kinds of reason are true.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

slates as (
    select slates.*
    from {{ ref('int_ranking__slates') }} as slates
    inner join serve on slates.cutoff_at = serve.cutoff_at
),

features as (
    select * from {{ ref('int_features__products') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

returned as (
    select distinct
        customer_id,
        product_id
    from {{ ref('int_interactions__order_lines') }}
    where is_return
),

-- What the customer bought and never gave back.
kept as (
    select
        purchases.cutoff_at,
        purchases.customer_id,
        purchases.product_id,
        products.product_name,
        purchases.last_ordered_at
    from {{ ref('int_interactions__customer_products') }} as purchases
    inner join serve on purchases.cutoff_at = serve.cutoff_at
    inner join products on purchases.product_id = products.product_id
    left join returned
        on purchases.customer_id = returned.customer_id and purchases.product_id = returned.product_id
    where returned.product_id is null
),

carts as (
    select
        customer_id,
        product_id,
        max(occurred_at) as last_carted_at
    from {{ ref('int_interactions__product_events') }}
    where event_type = 'cart'
    group by customer_id, product_id
)

select
    slates.channel,
    slates.customer_id,
    slates.product_id,
    products.product_name as product,
    case when features.category != '{{ var("unknown_category") }}' then features.category end as category,
    features.brand,
    kept.product_name as anchor_product,
    {{ month_name('kept.last_ordered_at') }} as anchor_month,
    cast(extract(year from kept.last_ordered_at) as {{ dbt.type_string() }}) as anchor_year,
    kept.product_id as anchor_product_id,
    kept.last_ordered_at as anchor_ordered_at,
    (', ' || slot_rules.rule_names || ', ') like '%, pinned, %' as is_pinned,
    (', ' || slot_rules.rule_names || ', ') like '%, curated, %'
    or objectives.candidate_source = 'required' as is_curated,
    -- The latest wish was a cart.
    interests.is_wanted and carts.last_carted_at = interests.last_wanted_at as is_carted,
    interests.is_wanted and coalesce(carts.last_carted_at < interests.last_wanted_at, true) as is_wished,
    kept.product_id is not null as is_anchor_bought,
    interests.view_weight > 0 and not interests.is_owned as is_viewed,
    features.age_days <= {{ var('new_arrival_days') }} as is_new_arrival,
    objectives.candidate_source = 'trending' and features.trend_ratio > 1 as is_trending,
    coalesce(customer_categories.days_since_order > {{ var('new_category_days') }}, true) as is_new_category,
    -- Of slates that many share only.
    false as is_look,
    false as is_segment,
    objectives.candidate_source = 'popular'
    and features.popularity_percentile > {{ var('catalogue_popularity_percentile') }} as is_popular,
    slates.is_explored,
    true as is_taste
from slates
inner join {{ ref('int_ranking__objectives') }} as objectives
    on
        slates.cutoff_at = objectives.cutoff_at
        and slates.channel = objectives.channel
        and slates.customer_id = objectives.customer_id
        and slates.product_id = objectives.product_id
inner join features
    on
        slates.cutoff_at = features.cutoff_at
        and slates.product_id = features.product_id
inner join products on slates.product_id = products.product_id
left join {{ ref('int_release__slot_rules') }} as slot_rules
    on
        slates.channel = slot_rules.channel
        and slates.customer_id = slot_rules.customer_id
        and slates.slot = slot_rules.slot
left join kept
    on slates.customer_id = kept.customer_id and objectives.anchor_product_id = kept.product_id
left join {{ ref('int_features__customer_categories') }} as customer_categories
    on
        slates.cutoff_at = customer_categories.cutoff_at
        and slates.customer_id = customer_categories.customer_id
        and features.category = customer_categories.category
left join {{ ref('int_features__customer_product_interests') }} as interests
    on
        slates.cutoff_at = interests.cutoff_at
        and slates.customer_id = interests.customer_id
        and slates.product_id = interests.product_id
left join carts on slates.customer_id = carts.customer_id and slates.product_id = carts.product_id
