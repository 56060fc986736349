-- One row per cutoff, channel, customer and candidate in reach of a slate, with each addend of its score.
-- Blocked candidates are out; what is left is cut to the pool that the re-ranker looks at.

with scores as (
    select * from {{ ref('int_ranking__scores') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
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
        policies.channel,
        scores.customer_id,
        scores.product_id,
        products.category,
        products.brand,
        products.price_amount,
        scores.purchase_probability,
        scores.purchase_probability * products.price_amount as expected_value_amount,
        scores.relevance_score,
        products.popularity_percentile,
        {{ popularity_penalty('products.popularity_z', 'policies.popularity_penalty') }} as popularity_penalty,
        {{ value_bonus('products.price_amount', 'policies.value_weight') }} as value_bonus,
        eligibility.boost,
        eligibility.is_required,
        candidates.candidate_source,
        candidates.anchor_product_id
    from scores
    cross join policies
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
),

scored as (
    select
        addends.*,
        round(relevance_score - popularity_penalty + value_bonus + boost, 9) as objective_score
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
