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

drawn_slots as (
    select distinct
        cutoff_at,
        slate_variant,
        customer_id,
        slot
    from draws
),

choices as (
    -- What is certain has probability one.
    select
        slates.cutoff_at,
        slates.slate_variant,
        slates.customer_id,
        slates.slot,
        slates.product_id,
        cast(1 as double) as slot_probability
    from slates
    left join drawn_slots
        on
            slates.cutoff_at = drawn_slots.cutoff_at
            and slates.slate_variant = drawn_slots.slate_variant
            and slates.customer_id = drawn_slots.customer_id
            and slates.slot = drawn_slots.slot
    where drawn_slots.customer_id is null
    union all
    select
        cutoff_at,
        slate_variant,
        customer_id,
        slot,
        product_id,
        selection_probability as slot_probability
    from draws
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
