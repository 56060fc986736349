-- One row per impression: the send that it was part of, whether a person opened that and clicked the product, and the
-- segment of the customer when it was shown.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook={'sql': '{{ forget_feedback("shown_at") }}', 'transaction': false},
) }}
{%- set period = ref('int_feedback__period') %}

with impressions as (
    select * from {{ ref('stg_impressions') }}
    where shown_at >= {{ feedback_since(period) }}
),

-- A click may belong to an earlier impression than those that are worked out, and then to none of them.
clickable as (
    select * from {{ ref('stg_impressions') }}
    where shown_at >= {{ feedback_since(period, var('click_attribution_days')) }}
),

clicks as (
    select * from {{ ref('int_feedback__clicks') }}
    where product_id is not null and occurred_at >= {{ feedback_since(period) }}
),

sends as (
    select * from {{ ref('int_feedback__send_outcomes') }}
    where sent_at >= {{ feedback_since(period, attribution_days()) }}
),

orders as (
    select distinct
        customer_id,
        ordered_at
    from {{ ref('stg_order_lines') }}
    where not is_return and ordered_at >= {{ feedback_since(period, var('recent_buyer_days')) }}
),

-- A click belongs to the last impression of the product before it, of the send that it names where that showed it.
claims as (
    select
        clickable.impression_id,
        clicks.occurred_at,
        clicks.is_bot,
        row_number() over (
            partition by clicks.event_id
            order by
                case when clickable.send_id = clicks.send_id then 0 else 1 end asc,
                clickable.shown_at desc, clickable.slot asc nulls last, clickable.impression_id asc
        ) as claim_rank
    from clickable
    inner join clicks
        on
            clickable.customer_id = clicks.customer_id
            and clickable.product_id = clicks.product_id
            and coalesce(clickable.send_id, clicks.send_id, '') = coalesce(clicks.send_id, clickable.send_id, '')
            and clicks.occurred_at >= clickable.shown_at
            and clicks.occurred_at < {{ days_after('clickable.shown_at', var('click_attribution_days')) }}
),

clicked as (
    select
        impression_id,
        min(case when not is_bot then occurred_at end) as clicked_at,
        max(case when is_bot then 1 else 0 end) = 1 as has_bot_click
    from claims
    where claim_rank = 1
    group by impression_id
),

recent_orders as (
    select
        impressions.impression_id,
        max(orders.ordered_at) as ordered_at
    from impressions
    inner join orders
        on
            impressions.customer_id = orders.customer_id
            and orders.ordered_at < impressions.shown_at
            and orders.ordered_at >= {{ days_after('impressions.shown_at', -var('recent_buyer_days')) }}
    group by impressions.impression_id
)

select
    impressions.impression_id,
    impressions.send_id,
    impressions.customer_id,
    impressions.channel,
    impressions.product_id,
    impressions.slot,
    impressions.release_id,
    sends.campaign_id,
    sends.sent_at,
    impressions.shown_at,
    impressions.selection_probability,
    {{ response_segment('recent_orders.ordered_at', 'impressions.shown_at', var('recent_buyer_days')) }} as segment,
    sends.opened_at,
    clicked.clicked_at,
    sends.unsubscribed_at,
    coalesce(sends.prefetch_count, 0) > 0 as has_prefetch_open,
    coalesce(clicked.has_bot_click, false) as has_bot_click
from impressions
left join sends
    on
        impressions.send_id = sends.send_id
        and sends.sent_at >= {{ days_after('impressions.shown_at', -attribution_days()) }}
        and sends.sent_at < {{ days_after('impressions.shown_at', 1) }}
left join clicked on impressions.impression_id = clicked.impression_id
left join recent_orders on impressions.impression_id = recent_orders.impression_id
