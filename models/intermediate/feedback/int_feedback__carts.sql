-- One row per cutoff with a known outcome, customer and product put into the cart within the horizon after it.

select distinct
    cutoffs.cutoff_at,
    events.customer_id,
    events.product_id
from {{ ref('stg_events') }} as events
inner join {{ ref('int_calendar__cutoffs') }} as cutoffs
    on
        events.occurred_at >= cutoffs.cutoff_at
        and events.occurred_at < cutoffs.outcome_until_at
where events.event_type = 'cart' and events.product_id is not null
