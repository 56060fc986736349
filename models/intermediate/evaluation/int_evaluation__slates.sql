-- One row per judged cutoff, slate variant, customer and slot: our slates, and those that simpler methods
-- would have made from the same candidates under the same rules.

{%- set baselines = {
    'ranker': 'scores.relevance_score',
    'popularity': 'candidates.popular_score',
    'co_purchase': 'candidates.basket_pairs_score',
    'als': 'candidates.als_score',
} %}

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate')
),

slates as (
    select * from {{ ref('int_ranking__slates') }}
),

scores as (
    select scores.*
    from {{ ref('int_ranking__scores') }} as scores
    inner join cutoffs on scores.cutoff_at = cutoffs.cutoff_at
),

candidates as (
    select * from {{ ref('int_ranking__candidates') }}
),

eligibility as (
    select * from {{ ref('int_ranking__eligibility') }}
    where not is_blocked
),

baseline_scores as (
    {%- for variant, score in baselines.items() %}
    select
        scores.cutoff_at,
        '{{ variant }}' as slate_variant,
        scores.customer_id,
        scores.product_id,
        {{ score }} as baseline_score
    from scores
    inner join candidates
        on
            scores.cutoff_at = candidates.cutoff_at
            and scores.customer_id = candidates.customer_id
            and scores.product_id = candidates.product_id
    where {{ score }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

baseline_ranks as (
    select
        baseline_scores.*,
        row_number() over (
            partition by baseline_scores.cutoff_at, baseline_scores.slate_variant, baseline_scores.customer_id
            order by baseline_scores.baseline_score desc, baseline_scores.product_id asc
        ) as slot
    from baseline_scores
    inner join eligibility
        on
            baseline_scores.cutoff_at = eligibility.cutoff_at
            and baseline_scores.customer_id = eligibility.customer_id
            and baseline_scores.product_id = eligibility.product_id
),

variants as (
    select
        cutoff_at,
        slate_variant,
        customer_id,
        product_id,
        slot
    from baseline_ranks
    union all
    select
        cutoff_at,
        'vitrine_' || channel as slate_variant,
        customer_id,
        product_id,
        slot
    from slates
)

select
    cutoffs.cutoff_at,
    cutoffs.cutoff_role,
    variants.slate_variant,
    variants.customer_id,
    variants.product_id,
    variants.slot
from variants
inner join cutoffs on variants.cutoff_at = cutoffs.cutoff_at
where variants.slot <= {{ var('metric_slot_count') }}
