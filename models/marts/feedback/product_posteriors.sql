-- One row per channel, segment, product and outcome (click, purchase): how often an impression of the product leads to
-- it, as known tonight, and how sure that is.

with serve as (
    select * from {{ ref('int_exploration__posteriors') }}
    where cutoff_role = 'serve'
)

select
    cutoff_at as as_of_at,
    channel,
    segment,
    product_id,
    category,
    outcome,
    cast(impression_count as bigint) as impression_count,
    cast(outcome_count as bigint) as outcome_count,
    trial_count,
    success_count,
    prior_mean,
    prior_strength,
    alpha,
    beta,
    posterior_mean,
    sqrt(alpha * beta / (alpha + beta + 1)) / (alpha + beta) as posterior_deviation
from serve
