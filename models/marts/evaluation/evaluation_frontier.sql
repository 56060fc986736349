-- One row per channel and point, that is popularity penalty and value weight: what its slates at the validate cutoff
-- would have been.

select
    channel,
    popularity_penalty,
    value_weight,
    is_policy,
    cutoff_at,
    customer_count,
    ndcg,
    ndcg_standard_error,
    recall,
    mean_popularity_percentile,
    catalogue_coverage,
    mean_category_count,
    mean_slate_amount,
    is_efficient
from {{ ref('int_evaluation__frontier') }}
