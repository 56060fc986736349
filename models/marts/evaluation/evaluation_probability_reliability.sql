-- One row per probability of candidates, judged cutoff and bin: what was promised and what came true.

select
    probability_name,
    cutoff_role,
    cutoff_at,
    bin_number,
    mean_probability,
    observed_share,
    band_low_share,
    band_high_share,
    candidate_count,
    customer_count
from {{ ref('int_evaluation__probability_reliability') }}
