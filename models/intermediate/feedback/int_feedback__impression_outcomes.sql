-- One row per impression and what came of it: opened, clicked, put into the cart, bought, unsubscribed.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook={'sql': '{{ forget_feedback("shown_at") }}', 'transaction': false},
) }}
{%- set period = ref('int_feedback__period') %}

with touches as (
    select * from {{ ref('int_feedback__touches') }}
    where shown_at >= {{ feedback_since(period) }}
),

credits as (
    select
        impression_id,
        min(case when credit_type = 'cart' then occurred_at end) as carted_at,
        min(case when credit_type = 'purchase' then occurred_at end) as purchased_at,
        -- click_through comes before view_through.
        min(case when credit_type = 'purchase' then attribution end) as attribution,
        sum(case when credit_type = 'purchase' then 1 else 0 end) as order_line_count,
        {{ exact_sum("case when credit_type = 'purchase' then net_amount end") }} as purchased_amount,
        {{ exact_sum("case when credit_type = 'purchase' and attribution = 'click_through' then net_amount end") }}
            as click_through_amount
    from {{ ref('int_feedback__credits') }}
    where occurred_at >= {{ feedback_since(period) }}
    group by impression_id
)

select
    touches.impression_id,
    touches.send_id,
    touches.customer_id,
    touches.channel,
    touches.product_id,
    touches.slot,
    touches.release_id,
    touches.campaign_id,
    touches.sent_at,
    touches.shown_at,
    touches.selection_probability,
    touches.segment,
    touches.opened_at,
    touches.clicked_at,
    credits.carted_at,
    credits.purchased_at,
    cast(coalesce(credits.order_line_count, 0) as bigint) as order_line_count,
    coalesce(credits.purchased_amount, 0) as purchased_amount,
    coalesce(credits.click_through_amount, 0) as click_through_amount,
    coalesce(credits.attribution, 'none') as attribution,
    touches.unsubscribed_at,
    touches.has_prefetch_open,
    touches.has_bot_click
from touches
left join credits on touches.impression_id = credits.impression_id
