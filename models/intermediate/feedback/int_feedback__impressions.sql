-- One row per cutoff with a known outcome and product shown to a customer within the horizon after it, and whether it
-- was clicked by a person. A click is credited to the impression of the same send; where one of the two names no send,
-- to that of the same customer and product.

with impressions as (
    select * from {{ ref('stg_impressions') }}
),

clicks as (
    select * from {{ ref('int_feedback__clicks') }}
    where product_id is not null and not is_bot
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where outcome_until_at is not null
)

select
    cutoffs.cutoff_at,
    impressions.impression_id,
    impressions.customer_id,
    impressions.product_id,
    -- Who names no slot shows products one at a time.
    coalesce(impressions.slot, 1) as slot,
    count(clicks.event_id) > 0 as has_clicked
from cutoffs
inner join impressions
    on
        impressions.shown_at >= cutoffs.cutoff_at
        and impressions.shown_at < cutoffs.outcome_until_at
left join clicks
    on
        impressions.customer_id = clicks.customer_id
        and impressions.product_id = clicks.product_id
        and coalesce(impressions.send_id, clicks.send_id, '') = coalesce(clicks.send_id, impressions.send_id, '')
        and clicks.occurred_at >= impressions.shown_at
        and clicks.occurred_at < {{ days_after('impressions.shown_at', var('click_attribution_days')) }}
        and clicks.occurred_at < cutoffs.outcome_until_at
group by
    cutoffs.cutoff_at, impressions.impression_id, impressions.customer_id, impressions.product_id, impressions.slot
