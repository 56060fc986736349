-- One row per cutoff, channel, customer and candidate in reach of a slate, with each addend of its score.
-- Blocked candidates are out; what is left is cut to the pool that the re-ranker looks at.

{{- raise_when_any(
    "select problem from " ~ ref('int_ranking__objective_errors') ~ " order by problem",
    "seeds/objective_weights.csv asks for what the data cannot say:"
) }}

with scores as (
    select * from {{ ref('int_ranking__scores') }}
),

weights as (
    select * from {{ ref('int_integrity__objective_weights') }}
),

responses as (
    select * from {{ ref('int_ranking__response_scores') }}
),

eligibility as (
    select * from {{ ref('int_ranking__eligibility') }}
    where not is_blocked
),

candidates as (
    select * from {{ ref('int_ranking__candidates') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

addends as (
    select
        scores.cutoff_at,
        weights.channel,
        scores.customer_id,
        scores.product_id,
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
        {{ popularity_penalty('products.popularity_z', 'weights.novelty_weight') }} as popularity_penalty,
        {{ value_bonus('products.price_amount', 'weights.value_weight') }} as value_bonus,
        {{ odds_bonus('responses.click_probability', 'weights.click_weight') }} as click_bonus,
        {{ odds_bonus('responses.cart_probability', 'weights.cart_weight') }} as cart_bonus,
        {{ margin_bonus(margin_amount('products'), 'weights.margin_weight') }} as margin_bonus,
        eligibility.boost,
        eligibility.is_required,
        candidates.candidate_source,
        candidates.anchor_product_id
    from scores
    cross join weights
    inner join eligibility
        on
            scores.cutoff_at = eligibility.cutoff_at
            and scores.customer_id = eligibility.customer_id
            and scores.product_id = eligibility.product_id
    inner join candidates
        on
            scores.cutoff_at = candidates.cutoff_at
            and scores.customer_id = candidates.customer_id
            and scores.product_id = candidates.product_id
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

scored as (
    select
        addends.*,
        round(
            purchase_weight * relevance_score + click_bonus + cart_bonus - popularity_penalty + value_bonus
            + margin_bonus + boost, 9
        ) as objective_score
    from addends
),

ranked as (
    select
        scored.*,
        row_number() over (
            partition by cutoff_at, channel, customer_id
            order by is_required desc, objective_score desc, product_id asc
        ) as objective_rank
    from scored
)

select * from ranked
where objective_rank <= {{ var('rerank_pool_size') }}
