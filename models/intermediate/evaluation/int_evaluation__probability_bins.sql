-- One row per judged cutoff, probability (click, cart or purchase of a candidate), bin and customer: what was promised
-- and what came true. Bins hold about equally many promised outcomes, since most candidates are very unlikely; a click
-- is judged in the slot that the product was shown in.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate')
),

responses as (
    select * from {{ ref('int_ranking__response_scores') }}
),

slots as (
    select max(slot_slope) as slot_slope
    from {{ ref('int_ranking__response_fits') }}
    where model_name = 'click' and fit_scope = 'backtest'
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
        responses.cutoff_at,
        responses.customer_id,
        responses.click_probability / (
            responses.click_probability
            + (1 - responses.click_probability) * exp(-coalesce(slots.slot_slope, 0) * ln(impressions.slot))
        ) as probability,
        impressions.has_clicked as has_happened
    from responses
    inner join {{ ref('int_feedback__impressions') }} as impressions
        on
            responses.cutoff_at = impressions.cutoff_at
            and responses.customer_id = impressions.customer_id
            and responses.product_id = impressions.product_id
    cross join slots
),

-- Tenths of the log-odds: fine enough to make bins of, few enough to add up.
steps as (
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
),

bins as (
    select
        probability_name,
        cutoff_at,
        log_odds_step,
        sum(sum(promised_sum)) over (
            partition by probability_name, cutoff_at order by log_odds_step asc
            rows between unbounded preceding and current row
        ) - sum(promised_sum) / 2 as middle_promised_sum,
        sum(sum(promised_sum)) over (partition by probability_name, cutoff_at) as all_promised_sum
    from steps
    group by probability_name, cutoff_at, log_odds_step
)

select
    steps.probability_name,
    steps.cutoff_role,
    steps.cutoff_at,
    1 + cast(floor({{ var('reliability_bin_count') }} * bins.middle_promised_sum / bins.all_promised_sum) as integer)
        as bin_number,
    steps.customer_id,
    cast(sum(steps.candidate_count) as double) as candidate_count,
    cast(sum(steps.promised_sum) as double) as promised_sum,
    cast(sum(steps.outcome_count) as double) as outcome_count
from steps
inner join bins
    on
        steps.probability_name = bins.probability_name
        and steps.cutoff_at = bins.cutoff_at
        and steps.log_odds_step = bins.log_odds_step
group by steps.probability_name, steps.cutoff_role, steps.cutoff_at, bin_number, steps.customer_id
