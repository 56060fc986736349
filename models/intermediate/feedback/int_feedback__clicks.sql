-- One row per click, with whether a machine clicked: a scanner that follows most links of a mail within seconds.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook={'sql': '{{ forget_feedback("occurred_at") }}', 'transaction': false},
) }}
{%- set period = ref('int_feedback__period') %}
{%- set since = feedback_since(period, 1) %}

with clicks as (
    select * from {{ ref('stg_events') }}
    -- A burst may begin before midnight.
    where event_type = 'click' and occurred_at >= {{ since }}
),

impressions as (
    select * from {{ ref('stg_impressions') }}
    where shown_at >= {{ feedback_since(period, 1 + attribution_days()) }}
),

bursts as (
    select
        began.send_id,
        began.occurred_at as began_at,
        count(distinct followed.product_id) as link_count
    from clicks as began
    inner join clicks as followed
        on
            began.send_id = followed.send_id
            and followed.occurred_at >= began.occurred_at
            and followed.occurred_at <= {{ seconds_after('began.occurred_at', var('scanner_seconds')) }}
    group by began.send_id, began.occurred_at
    having count(distinct followed.product_id) >= {{ var('scanner_min_links') }}
),

scans as (
    select
        bursts.send_id,
        bursts.began_at
    from bursts
    inner join impressions
        on
            bursts.send_id = impressions.send_id
            and impressions.shown_at >= {{ days_after('bursts.began_at', -attribution_days()) }}
            and impressions.shown_at < {{ days_after('bursts.began_at', attribution_days()) }}
    group by bursts.send_id, bursts.began_at, bursts.link_count
    having bursts.link_count >= {{ var('scanner_link_share') }} * count(distinct impressions.product_id)
)

select
    clicks.event_id,
    clicks.customer_id,
    clicks.send_id,
    clicks.product_id,
    clicks.occurred_at,
    count(scans.send_id) > 0 as is_bot
from clicks
left join scans
    on
        clicks.send_id = scans.send_id
        and clicks.occurred_at >= scans.began_at
        and clicks.occurred_at <= {{ seconds_after('scans.began_at', var('scanner_seconds')) }}
where clicks.occurred_at >= {{ feedback_since(period) }}
group by clicks.event_id, clicks.customer_id, clicks.send_id, clicks.product_id, clicks.occurred_at
