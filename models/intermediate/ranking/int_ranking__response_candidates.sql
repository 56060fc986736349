-- One row per response (click or cart), cutoff with a known outcome and candidate that the response models learn from:
-- for clicks each time that it was shown, for carts all that were put into the cart and a share of the others.

{%- set candidate_columns = [
    'source_count', 'all_time_buyer_count', 'popularity_percentile', 'price_amount', 'price_percentile',
    'log_price_ratio', 'price_percentile_gap', 'popularity_gap', 'category_weight_share', 'category_recency_days',
    'category_intent_weight', 'category_want_weight', 'brand_want_weight', 'own_want_rank',
    'subcategory_product_count', 'brand_order_share', 'season_ratio', 'age_days',
    'customer_recent_order_count', 'customer_recency_days', 'customer_order_count', 'customer_price_amount'
] %}
{%- set customer_columns = [
    'session_count', 'open_cart_count', 'send_count', 'days_since_send', 'response_count', 'days_since_response'
] %}

with features as (
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id,
        drawn.sample_weight as customer_weight,
        {%- for affinity in var('affinity_models') %}
        candidates.{{ affinity }}_score,
        {%- endfor %}
        {%- for source in var('candidate_sources') %}
        candidates.{{ source }}_rank,
        {%- endfor %}
        {{- columns_of('candidates', candidate_columns) }},
        {{- columns_of('customers', customer_columns) }}
    from {{ ref('int_ranking__candidate_features') }} as candidates
    inner join {{ ref('int_candidates__customers') }} as drawn
        on
            candidates.cutoff_at = drawn.cutoff_at
            and candidates.customer_id = drawn.customer_id
    inner join {{ ref('int_features__customers') }} as customers
        on
            candidates.cutoff_at = customers.cutoff_at
            and candidates.customer_id = customers.customer_id
    where candidates.has_bought is not null
),

impressions as (
    select * from {{ ref('int_feedback__impressions') }}
),

carts as (
    select * from {{ ref('int_feedback__carts') }}
),

cart_cutoffs as (
    select distinct cutoff_at from carts
)

select
    'click' as response_name,
    features.*,
    cast(impressions.slot - 1 as float) as slots_above,
    features.customer_weight as sample_weight,
    impressions.has_clicked as has_responded
from features
inner join impressions
    on
        features.cutoff_at = impressions.cutoff_at
        and features.customer_id = impressions.customer_id
        and features.product_id = impressions.product_id
union all
select
    'cart' as response_name,
    features.*,
    cast(0 as float) as slots_above,
    features.customer_weight
    * case when carts.product_id is not null then 1 else {{ 1 / var('response_negative_share') }} end as sample_weight,
    carts.product_id is not null as has_responded
from features
inner join {{ ref('int_ranking__learned_candidates') }} as learned
    on
        features.cutoff_at = learned.cutoff_at
        and features.customer_id = learned.customer_id
        and features.product_id = learned.product_id
inner join cart_cutoffs on features.cutoff_at = cart_cutoffs.cutoff_at
left join carts
    on
        features.cutoff_at = carts.cutoff_at
        and features.customer_id = carts.customer_id
        and features.product_id = carts.product_id
where learned.is_of_carts
