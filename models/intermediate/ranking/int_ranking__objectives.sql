-- One row per cutoff, channel, customer and candidate that the re-ranker may choose, with each addend of its score.

with pools as (
    select * from {{ ref('int_ranking__pools') }}
),

scores as (
    select * from {{ ref('int_ranking__scores') }}
),

weights as (
    select * from {{ ref('int_integrity__objective_weights') }}
),

responses as (
    select * from {{ ref('int_ranking__response_scores') }}
),

candidates as (
    select * from {{ ref('int_ranking__candidates') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

tastes as (
    select * from {{ ref('int_features__customer_tastes') }}
),

customer_brands as (
    select * from {{ ref('int_features__customer_brands') }}
)

select
    pools.*,
    products.category,
    products.brand,
    products.price_amount,
    scores.purchase_probability,
    responses.click_probability,
    responses.cart_probability,
    scores.purchase_probability * products.price_amount as expected_value_amount,
    scores.relevance_score,
    products.popularity_percentile,
    weights.purchase_weight,
    {%- for name, addend in objective_addends('pools.boost').items() if name != 'boost' %}
    {{ addend[1] }} as {{ name }},
    {%- endfor %}
    {{ taste_distance(
        'products.price_amount', 'tastes.mean_price_amount', 'products.brand',
        'customer_brands.order_share', 'tastes.top_brand_share'
    ) }} as taste_distance,
    candidates.candidate_source,
    candidates.anchor_product_id
from pools
inner join weights on pools.channel = weights.channel
inner join scores
    on
        pools.cutoff_at = scores.cutoff_at
        and pools.customer_id = scores.customer_id
        and pools.product_id = scores.product_id
inner join candidates
    on
        pools.cutoff_at = candidates.cutoff_at
        and pools.customer_id = candidates.customer_id
        and pools.product_id = candidates.product_id
inner join products
    on
        pools.cutoff_at = products.cutoff_at
        and pools.product_id = products.product_id
left join responses
    on
        pools.cutoff_at = responses.cutoff_at
        and pools.customer_id = responses.customer_id
        and pools.product_id = responses.product_id
left join tastes
    on
        pools.cutoff_at = tastes.cutoff_at
        and pools.customer_id = tastes.customer_id
left join customer_brands
    on
        pools.cutoff_at = customer_brands.cutoff_at
        and pools.customer_id = customer_brands.customer_id
        and products.brand = customer_brands.brand
