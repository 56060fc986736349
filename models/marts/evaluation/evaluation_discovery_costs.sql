-- One row per channel and goal of discovery: what reaching it would cost in relevance, at the validate cutoff.

select
    channel,
    goal,
    cutoff_at,
    start_value,
    goal_value,
    is_reached,
    point_value,
    popularity_penalty,
    value_weight,
    diversity_strength,
    start_ndcg,
    ndcg,
    ndcg_cost,
    ndcg_cost_standard_error,
    ndcg_cost_share,
    customer_count
from {{ ref('int_evaluation__discovery_costs') }}
