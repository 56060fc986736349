-- One row per judged cutoff, slate variant, customer segment, target and metric, with its standard error.

select
    cutoff_role,
    cutoff_at,
    slate_variant,
    customer_segment,
    target,
    metric_name,
    metric_value,
    standard_error,
    customer_count
from {{ ref('int_evaluation__metrics') }}
