-- One row per cutoff, channel, customer and candidate that the re-ranker may choose: the pool of the best by score, and
-- reserves beyond it, the best of each category and brand that the pool holds too few of.

{{- raise_when_any(
    "select problem from " ~ ref('int_ranking__objective_errors') ~ " order by problem",
    "seeds/objective_weights.csv asks for what the data cannot say:"
) }}

with scores as (
    select * from {{ ref('int_ranking__scores') }}
),

responses as (
    select * from {{ ref('int_ranking__response_scores') }}
),

weights as (
    select * from {{ ref('int_integrity__objective_weights') }}
),

eligibility as (
    select * from {{ ref('int_ranking__eligibility') }}
    where not is_blocked
),

products as (
    select * from {{ ref('int_features__products') }}
),

scored as (
    select
        scores.cutoff_at,
        weights.channel,
        scores.customer_id,
        scores.product_id,
        products.category,
        products.brand,
        eligibility.is_required,
        round(
            weights.purchase_weight * scores.relevance_score
            - {{ popularity_penalty('products.popularity_z', 'weights.novelty_weight') }}
            + {{ odds_bonus('responses.click_probability', 'weights.click_weight') }}
            + {{ odds_bonus('responses.cart_probability', 'weights.cart_weight') }}
            + {{ value_bonus('products.price_amount', 'weights.value_weight') }}
            + {{ margin_bonus(margin_amount('products'), 'weights.margin_weight') }}
            + eligibility.boost, 9
        ) as objective_score
    from scores
    cross join weights
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
),

ranked as (
    select
        scored.*,
        row_number() over (
            partition by cutoff_at, channel, customer_id
            order by is_required desc, objective_score desc, product_id asc
        ) as objective_rank,
        row_number() over (
            partition by cutoff_at, channel, customer_id, category
            order by is_required desc, objective_score desc, product_id asc
        ) as category_rank,
        row_number() over (
            partition by cutoff_at, channel, customer_id, brand
            order by is_required desc, objective_score desc, product_id asc
        ) as brand_rank
    from scored
)

select
    cutoff_at,
    channel,
    customer_id,
    product_id,
    is_required,
    objective_score,
    objective_rank,
    objective_rank > {{ var('rerank_pool_size') }} as is_reserve
from ranked
where
    objective_rank <= {{ var('rerank_pool_size') }}
    or category_rank <= {{ var('reserves_per_group') }}
    or (brand is not null and brand_rank <= {{ var('reserves_per_group') }})
