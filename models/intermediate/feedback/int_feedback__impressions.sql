-- One row per cutoff with a known outcome and product shown to a customer within the horizon after it, and whether a
-- person clicked it before the horizon was over.

with touches as (
    select * from {{ ref('int_feedback__touches') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where outcome_until_at is not null
)

select
    cutoffs.cutoff_at,
    touches.impression_id,
    touches.customer_id,
    touches.product_id,
    touches.channel,
    -- Who names no slot shows products one at a time.
    coalesce(touches.slot, 1) as slot,
    touches.selection_probability,
    coalesce(touches.clicked_at < cutoffs.outcome_until_at, false) as has_clicked
from cutoffs
inner join touches
    on
        touches.shown_at >= cutoffs.cutoff_at
        and touches.shown_at < cutoffs.outcome_until_at
