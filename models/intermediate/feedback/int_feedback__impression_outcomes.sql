-- One row per impression and what came of it.

with impressions as (
    select * from {{ ref('stg_impressions') }}
),

clicks as (
    select * from {{ ref('stg_events') }}
    where event_type = 'click' and product_id is not null
)

select
    impressions.impression_id,
    impressions.channel,
    impressions.customer_id,
    impressions.product_id,
    'other_customer' as segment,
    impressions.shown_at,
    min(clicks.occurred_at) as clicked_at,
    cast(null as {{ dbt.type_timestamp() }}) as purchased_at
from impressions
left join clicks
    on
        impressions.customer_id = clicks.customer_id
        and impressions.product_id = clicks.product_id
        and coalesce(impressions.send_id, clicks.send_id, '') = coalesce(clicks.send_id, impressions.send_id, '')
        and clicks.occurred_at >= impressions.shown_at
        and clicks.occurred_at < {{ days_after('impressions.shown_at', var('click_attribution_days')) }}
group by
    impressions.impression_id, impressions.channel, impressions.customer_id, impressions.product_id,
    impressions.shown_at
