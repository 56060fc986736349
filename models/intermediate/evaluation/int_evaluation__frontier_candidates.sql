-- One row per channel, customer who ordered after the validate cutoff and candidate that no rule blocks: what it scores
-- without novelty and value, and what one unit of each of these weights takes or adds.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'validate'
),

scores as (
    select * from {{ ref('int_ranking__scores') }}
),

responses as (
    select * from {{ ref('int_ranking__response_scores') }}
),

buyers as (
    select * from {{ ref('int_propensity__outcomes') }}
    where has_ordered
),

eligibility as (
    select * from {{ ref('int_ranking__eligibility') }}
    where not is_blocked
),

products as (
    select * from {{ ref('int_features__products') }}
),

weights as (
    select * from {{ ref('int_integrity__objective_weights') }}
    where channel in ('{{ var("evaluated_channels") | join("', '") }}')
)

select
    scores.cutoff_at,
    weights.channel,
    scores.customer_id,
    scores.product_id,
    products.category,
    products.brand,
    products.price_amount,
    weights.purchase_weight * scores.relevance_score
    + {{ odds_bonus('responses.click_probability', 'weights.click_weight') }}
    + {{ odds_bonus('responses.cart_probability', 'weights.cart_weight') }}
    + {{ margin_bonus(margin_amount('products'), 'weights.margin_weight') }} + eligibility.boost as base_score,
    {{ popularity_penalty('products.popularity_z', 1) }} as unit_penalty,
    {{ value_bonus('products.price_amount', 1) }} as unit_bonus,
    eligibility.is_required
from scores
cross join weights
inner join cutoffs on scores.cutoff_at = cutoffs.cutoff_at
inner join buyers
    on
        scores.cutoff_at = buyers.cutoff_at
        and scores.customer_id = buyers.customer_id
inner join eligibility
    on
        scores.cutoff_at = eligibility.cutoff_at
        and scores.customer_id = eligibility.customer_id
        and scores.product_id = eligibility.product_id
inner join products
    on
        scores.cutoff_at = products.cutoff_at
        and scores.product_id = products.product_id
left join responses
    on
        scores.cutoff_at = responses.cutoff_at
        and scores.customer_id = responses.customer_id
        and scores.product_id = responses.product_id
