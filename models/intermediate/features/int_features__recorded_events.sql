-- One row per cutoff: which kinds of event had been recorded by then at all. What a shop does not record is unknown of
-- each of its customers, which is something else than none.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

recorded as (
    select
        event_type,
        min(first_cutoff_at) as first_cutoff_at
    from {{ ref('int_interactions__product_events') }}
    group by event_type
)

select
    cutoffs.cutoff_at,
    coalesce(max(case when recorded.event_type = 'view' then 1 end), 0) = 1 as has_views,
    coalesce(max(case when recorded.event_type = 'cart' then 1 end), 0) = 1 as has_carts,
    coalesce(max(case when recorded.event_type in ('cart', 'wishlist') then 1 end), 0) = 1 as has_wants
from cutoffs
left join recorded on cutoffs.cutoff_at >= recorded.first_cutoff_at
group by cutoffs.cutoff_at
