-- One row per day, channel, release and campaign: what was sent and shown on it, and what came of that until now. An
-- impression counts on the day of its send.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook={'sql': '{{ forget_feedback("feedback_on", attribution_days()) }}', 'transaction': false},
) }}
{%- set period = ref('int_feedback__period') %}
{%- set margin_days = attribution_days() %}
{%- set send_figures = [
    'send_count', 'opened_send_count', 'clicked_send_count', 'unsubscribe_count', 'prefetch_count', 'bot_click_count'
] %}
{%- set impression_figures = [
    'impression_count', 'clicked_count', 'carted_count', 'purchased_count', 'order_line_count', 'purchased_amount',
    'click_through_amount'
] %}

with impressions as (
    select
        cast(coalesce(sent_at, shown_at) as date) as feedback_on,
        impression_outcomes.*
    from {{ ref('int_feedback__impression_outcomes') }} as impression_outcomes
    -- Shown at most a day before its send, by clocks that differ.
    where shown_at >= {{ feedback_since(period, margin_days + 1) }}
),

releases as (
    select
        send_id,
        min(release_id) as release_id
    from impressions
    where send_id is not null
    group by send_id
),

figures as (
    select
        feedback_on,
        channel,
        release_id,
        campaign_id,
        {%- for figure in send_figures %}
        0 as {{ figure }},
        {%- endfor %}
        1 as impression_count,
        case when clicked_at is not null then 1 else 0 end as clicked_count,
        case when carted_at is not null then 1 else 0 end as carted_count,
        case when purchased_at is not null then 1 else 0 end as purchased_count,
        order_line_count,
        purchased_amount,
        click_through_amount
    from impressions
    union all
    select
        cast(sends.sent_at as date) as feedback_on,
        sends.channel,
        releases.release_id,
        sends.campaign_id,
        1 as send_count,
        case when sends.opened_at is not null then 1 else 0 end as opened_send_count,
        case when sends.clicked_at is not null then 1 else 0 end as clicked_send_count,
        case when sends.unsubscribed_at is not null then 1 else 0 end as unsubscribe_count,
        sends.prefetch_count,
        sends.bot_click_count,
        {%- for figure in impression_figures[:-1] %}
        0 as {{ figure }},
        {%- endfor %}
        0 as click_through_amount
    from {{ ref('int_feedback__send_outcomes') }} as sends
    left join releases on sends.send_id = releases.send_id
    where sends.sent_at >= {{ feedback_since(period, margin_days) }}
)

select
    feedback_on,
    channel,
    release_id,
    campaign_id,
    {%- for figure in send_figures + impression_figures if not figure.endswith('_amount') %}
    cast(sum({{ figure }}) as bigint) as {{ figure }},
    {%- endfor %}
    {{ exact_sum('purchased_amount') }} as purchased_amount,
    {{ exact_sum('click_through_amount') }} as click_through_amount
from figures
where feedback_on >= {{ feedback_since(period, margin_days) }}
group by feedback_on, channel, release_id, campaign_id
