-- One row per cutoff, channel, customer, exploring slot and product: how likely the product is to hold the slot.

select
    cutoff_at,
    channel,
    customer_id,
    slot,
    product_id,
    objective_score,
    selection_probability,
    probability_method,
    is_chosen,
    is_greedy
from {{ ref('int_ranking__slate_choices') }}
where probability_method != 'certain'
