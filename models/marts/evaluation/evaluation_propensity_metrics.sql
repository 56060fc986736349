-- One row per judged cutoff and metric of the purchase probabilities.

select
    cutoff_role,
    cutoff_at,
    metric_name,
    metric_value,
    standard_error,
    customer_count
from {{ ref('int_evaluation__propensity_metrics') }}
