-- One row per judged cutoff, evaluated channel, slate variant, customer and slot that the channel's logs have: the
-- product that the variant would have shown there.

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

scores as (
    select * from {{ ref('int_ranking__response_scores') }}
)

select
    slates.cutoff_at,
    logged_slots.channel,
    slates.slate_variant,
    slates.customer_id,
    slates.slot,
    slates.product_id,
    -- What is certain has probability one. A policy that draws its slots has its selection probability here.
    cast(1 as double) as slot_probability,
    round(coalesce(scores.click_probability, 0), 9) as click_probability,
    count(*) over (
        partition by slates.cutoff_at, logged_slots.channel, slates.slate_variant, slates.customer_id
    ) as slot_count,
    round(
        avg(coalesce(scores.click_probability, 0)) over (
            partition by slates.cutoff_at, logged_slots.channel, slates.slate_variant, slates.customer_id
        ), 9
    ) as mean_click_probability
from slates
inner join logged_slots
    on
        slates.cutoff_at = logged_slots.cutoff_at
        and slates.slot <= logged_slots.slot_count
        -- Slates of another channel are not for the one that logged.
        and (slates.slate_variant not like 'vitrine%' or slates.slate_variant = 'vitrine_' || logged_slots.channel)
left join scores
    on
        slates.cutoff_at = scores.cutoff_at
        and slates.customer_id = scores.customer_id
        and slates.product_id = scores.product_id
