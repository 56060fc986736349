-- One row per cutoff, channel, customer and slot: the slate as it is shown, explored slots among it.

select
    cutoff_at,
    channel,
    customer_id,
    product_id,
    slot,
    objective_score,
    marginal_score,
    relaxed_limits,
    selection_probability,
    not is_greedy as is_explored,
    exploration_addend
from {{ ref('int_ranking__slate_choices') }}
where is_chosen
