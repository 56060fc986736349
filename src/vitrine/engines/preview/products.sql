-- One row per channel and product: slots now and in the preview.
select
    channel,
    product_id,
    max(product_name) as product_name,
    max(category) as category,
    count(live_slot) as live_count,
    count(preview_slot) as preview_count,
    count(*) filter (change = 'out') as out_count,
    count(*) filter (change = 'in') as in_count
from preview.changes
group by channel, product_id
