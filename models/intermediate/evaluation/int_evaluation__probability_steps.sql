-- One row per judged cutoff, probability (click, cart or purchase of a candidate), tenth of the log-odds and customer:
-- what was promised and what came true. A click is judged in the slot that the product was shown in.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate')
),

responses as (
    select * from {{ ref('int_ranking__response_scores') }}
),

promises as (
    select
        'purchase' as probability_name,
        scores.cutoff_at,
        scores.customer_id,
        scores.purchase_probability as probability,
        outcomes.product_id is not null as has_happened
    from {{ ref('int_ranking__scores') }} as scores
    left join {{ ref('int_ranking__outcomes') }} as outcomes
        on
            scores.cutoff_at = outcomes.cutoff_at
            and scores.customer_id = outcomes.customer_id
            and scores.product_id = outcomes.product_id
    union all
    select
        'cart' as probability_name,
        responses.cutoff_at,
        responses.customer_id,
        responses.cart_probability as probability,
        carts.product_id is not null as has_happened
    from responses
    left join {{ ref('int_feedback__carts') }} as carts
        on
            responses.cutoff_at = carts.cutoff_at
            and responses.customer_id = carts.customer_id
            and responses.product_id = carts.product_id
    union all
    select
        'click' as probability_name,
        cutoff_at,
        customer_id,
        probability,
        has_happened
    from {{ ref('int_evaluation__click_promises') }}
)

-- Tenths are fine enough to make bins of, and few enough to add up.
select
    promises.probability_name,
    cutoffs.cutoff_role,
    cutoffs.cutoff_at,
    promises.customer_id,
    floor(
        10 * ln(
            greatest(promises.probability, {{ var('tiny_share') }})
            / greatest(1 - promises.probability, {{ var('tiny_share') }})
        )
    ) as log_odds_step,
    count(*) as candidate_count,
    sum(cast(promises.probability as decimal(18, 9))) as promised_sum,
    sum(case when promises.has_happened then 1 else 0 end) as outcome_count
from promises
inner join cutoffs on promises.cutoff_at = cutoffs.cutoff_at
where promises.probability is not null
group by
    promises.probability_name, cutoffs.cutoff_role, cutoffs.cutoff_at, promises.customer_id, log_odds_step
