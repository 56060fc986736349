-- One row per judged cutoff and metric of the purchase probabilities.

select
    cutoff_role,
    cutoff_at,
    metric_name,
    metric_value,
    standard_error,
    low_value,
    high_value,
    customer_count
from {{ ref('int_evaluation__propensity_metrics') }}
