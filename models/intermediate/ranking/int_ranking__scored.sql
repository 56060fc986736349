-- One row per cutoff, channel, customer and candidate that no rule blocks, with its score and each addend of it.
-- A view: the pool is cut from it, and the audit looks up what the pool left out.
{{ config(materialized='view') }}

with scores as (
    select * from {{ ref('int_ranking__scores') }}
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

responses as (
    select * from {{ ref('int_ranking__response_scores') }}
),

summed as (
    select
        scores.cutoff_at,
        weights.channel,
        scores.customer_id,
        scores.product_id,
        {%- for name, addend in objective_addends().items() %}
        {{ addend[1] }} as {{ name }},
        {%- endfor %}
        products.category,
        products.brand,
        eligibility.is_required
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
)

select
    summed.*,
    {{ objective_score('summed') }} as objective_score
from summed
