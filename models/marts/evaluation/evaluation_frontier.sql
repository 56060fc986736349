-- One row per channel and point, that is weights of novelty and value and strength of diversity: what its slates at the
-- validate cutoff would have been.

select
    channel,
    popularity_penalty,
    value_weight,
    diversity_strength,
    is_policy,
    cutoff_at,
    customer_count,
    ndcg,
    ndcg_standard_error,
    recall,
    mean_popularity_percentile,
    catalogue_coverage,
    mean_category_count,
    intra_list_distance,
    mean_slate_amount,
    is_efficient
from {{ ref('int_evaluation__frontier') }}
