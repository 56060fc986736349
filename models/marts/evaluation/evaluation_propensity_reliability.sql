-- One row per judged cutoff and bin of purchase probability: what was promised and what came true.

select
    cutoff_role,
    cutoff_at,
    bin_number,
    mean_probability,
    observed_share,
    band_low_share,
    band_high_share,
    customer_count
from {{ ref('int_evaluation__propensity_reliability') }}
