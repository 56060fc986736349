-- One row per judged cutoff and impression of an evaluated channel within the horizon after it: whether it was clicked,
-- with which probability its product was chosen, and what the model of clicks had expected of it.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate')
),

impressions as (
    select
        cutoffs.cutoff_role,
        outcomes.cutoff_at,
        outcomes.channel,
        outcomes.impression_id,
        outcomes.customer_id,
        outcomes.product_id,
        outcomes.slot,
        cast(case when outcomes.has_clicked then 1 else 0 end as double) as reward,
        outcomes.selection_probability as logging_probability,
        scores.click_probability
    from {{ ref('int_feedback__impressions') }} as outcomes
    inner join cutoffs on outcomes.cutoff_at = cutoffs.cutoff_at
    left join {{ ref('int_ranking__response_scores') }} as scores
        on
            outcomes.cutoff_at = scores.cutoff_at
            and outcomes.customer_id = scores.customer_id
            and outcomes.product_id = scores.product_id
    where outcomes.channel in ('{{ var("evaluated_channels") | join("', '") }}')
),

-- Scores are those of the first slot; a slot gets this share of them.
slots as (
    select
        cutoff_at,
        channel,
        slot,
        sum(case when click_probability is not null then reward end)
        / nullif(sum(click_probability), 0) as slot_click_ratio
    from impressions
    group by cutoff_at, channel, slot
)

select
    impressions.cutoff_role,
    impressions.cutoff_at,
    impressions.channel,
    impressions.impression_id,
    impressions.customer_id,
    impressions.product_id,
    impressions.slot,
    impressions.reward,
    impressions.logging_probability,
    round(coalesce(slots.slot_click_ratio, 0), 9) as slot_click_ratio,
    least(
        1, round(coalesce(impressions.click_probability, 0), 9) * round(coalesce(slots.slot_click_ratio, 0), 9)
    ) as modelled_reward
from impressions
inner join slots
    on
        impressions.cutoff_at = slots.cutoff_at
        and impressions.channel = slots.channel
        and impressions.slot = slots.slot
