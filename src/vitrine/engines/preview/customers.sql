-- One row per channel: customers who would lose or gain a slate, or see another.
with slates as (
    select
        channel,
        customer_id,
        count(live_slot) as live_count,
        count(preview_slot) as preview_count,
        count(*) filter (change != 'kept') as changed_count
    from preview.changes
    group by channel, customer_id
)

select
    channel,
    count(*) filter (live_count > 0 and preview_count = 0) as lost_count,
    count(*) filter (live_count = 0 and preview_count > 0) as gained_count,
    count(*) filter (live_count > 0 and preview_count > 0 and changed_count > 0) as changed_count
from slates
group by channel
