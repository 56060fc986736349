-- One row per cutoff role, channel, candidate policy, order of its slate, slot (0: all of them together) and estimator:
-- the clicks an impression that the policy would get, judged from impressions that were logged.

with support as (
    select * from {{ ref('int_off_policy__support') }}
),

estimates as (
    select * from {{ ref('int_off_policy__estimates') }}
)

select
    support.cutoff_role,
    support.cutoff_at,
    support.channel,
    support.slate_variant,
    support.policy_name,
    support.slate_order,
    support.slot,
    estimates.estimator,
    estimates.click_rate,
    estimates.standard_error,
    estimates.low_click_rate,
    estimates.high_click_rate,
    log_estimates.click_rate as logged_click_rate,
    log_estimates.standard_error as logged_standard_error,
    support.row_count as impression_count,
    support.unusable_count as unusable_impression_count,
    support.customer_count,
    support.effective_sample_size,
    support.largest_weight,
    support.mean_weight,
    support.unsupported_share,
    support.warning
from support
inner join estimates
    on
        support.cutoff_at = estimates.cutoff_at
        and support.channel = estimates.channel
        and support.slate_variant = estimates.slate_variant
        and support.slate_order = estimates.slate_order
        and support.slot = estimates.slot
        and estimates.estimator != 'logged'
inner join estimates as log_estimates
    on
        support.cutoff_at = log_estimates.cutoff_at
        and support.channel = log_estimates.channel
        and support.slate_variant = log_estimates.slate_variant
        and support.slate_order = log_estimates.slate_order
        and support.slot = log_estimates.slot
        and log_estimates.estimator = 'logged'
