-- One row per candidate at a training cutoff that the ranker or a response model may learn from: what was bought, shown
-- or put into the cart, and samples of the rest. Nothing else is computed of a training cutoff's candidates, as nothing
-- is chosen there.

with candidates as (
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id
    from {{ ref('int_ranking__candidates') }} as candidates
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on candidates.cutoff_at = cutoffs.cutoff_at
    where cutoffs.cutoff_role = 'train'
),

buyers as (
    select
        cutoff_at,
        customer_id
    from {{ ref('int_propensity__outcomes') }}
    where has_ordered
),

-- Shown or carted within the horizon.
touched as (
    select
        cutoff_at,
        customer_id,
        product_id
    from {{ ref('int_feedback__impressions') }}
    union
    select
        cutoff_at,
        customer_id,
        product_id
    from {{ ref('int_feedback__carts') }}
)

select
    candidates.cutoff_at,
    candidates.customer_id,
    candidates.product_id
from candidates
left join buyers
    on
        candidates.cutoff_at = buyers.cutoff_at
        and candidates.customer_id = buyers.customer_id
left join {{ ref('int_ranking__outcomes') }} as outcomes
    on
        candidates.cutoff_at = outcomes.cutoff_at
        and candidates.customer_id = outcomes.customer_id
        and candidates.product_id = outcomes.product_id
left join touched
    on
        candidates.cutoff_at = touched.cutoff_at
        and candidates.customer_id = touched.customer_id
        and candidates.product_id = touched.product_id
where
    touched.product_id is not null
    or (
        buyers.customer_id is not null
        and (
            outcomes.product_id is not null
            or {{ is_sampled_candidate('candidates', var('negative_sample_share'), 'negatives') }}
        )
    )
    or {{ is_sampled_candidate('candidates', var('response_negative_share'), 'responses') }}
