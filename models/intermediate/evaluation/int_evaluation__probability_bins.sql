-- One row per judged cutoff, probability (click, cart or purchase of a candidate), bin and customer: what was promised
-- and what came true. Bins hold about equally many promised outcomes, since most candidates are very unlikely.

with steps as (
    select * from {{ ref('int_evaluation__probability_steps') }}
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
