-- One row per judged cutoff, evaluated channel, slate variant, customer, slot that the channel's logs have and product
-- that the variant could have shown there, with its probability.

with logged_slots as (
    select
        cutoff_at,
        channel,
        max(slot) as slot_count
    from {{ ref('int_off_policy__impressions') }}
    group by cutoff_at, channel
),

slates as (
    select * from {{ ref('int_evaluation__slates') }}
),

draws as (
    select
        *,
        'vitrine_' || channel as slate_variant
    from {{ ref('int_ranking__selection_probabilities') }}
),

choices as (
    select
        slates.cutoff_at,
        slates.slate_variant,
        slates.customer_id,
        slates.slot,
        coalesce(draws.product_id, slates.product_id) as product_id,
        -- What is certain has probability one.
        coalesce(draws.selection_probability, cast(1 as double)) as slot_probability
    from slates
    left join draws
        on
            slates.cutoff_at = draws.cutoff_at
            and slates.slate_variant = draws.slate_variant
            and slates.customer_id = draws.customer_id
            and slates.slot = draws.slot
),

scores as (
    select * from {{ ref('int_ranking__response_scores') }}
)

select
    choices.cutoff_at,
    logged_slots.channel,
    choices.slate_variant,
    choices.customer_id,
    choices.slot,
    choices.product_id,
    choices.slot_probability,
    round(coalesce(scores.click_probability, 0), 9) as click_probability
from choices
inner join logged_slots
    on
        choices.cutoff_at = logged_slots.cutoff_at
        and choices.slot <= logged_slots.slot_count
        -- Slates of another channel are not for the one that logged.
        and (choices.slate_variant not like 'vitrine%' or choices.slate_variant = 'vitrine_' || logged_slots.channel)
left join scores
    on
        choices.cutoff_at = scores.cutoff_at
        and choices.customer_id = scores.customer_id
        and choices.product_id = scores.product_id
