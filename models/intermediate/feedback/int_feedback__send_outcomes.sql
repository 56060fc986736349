-- One row per send: whether a person opened it, clicked in it or unsubscribed, and what machines did.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook={'sql': '{{ forget_feedback("sent_at") }}', 'transaction': false},
) }}
{%- set period = ref('int_feedback__period') %}

with sends as (
    select * from {{ ref('stg_sends') }}
    where sent_at >= {{ feedback_since(period) }}
),

responses as (
    select
        event_id,
        send_id,
        event_type,
        occurred_at,
        false as is_bot
    from {{ ref('stg_events') }}
    where event_type in ('open', 'unsubscribe') and occurred_at >= {{ feedback_since(period) }}
    union all
    select
        event_id,
        send_id,
        'click' as event_type,
        occurred_at,
        is_bot
    from {{ ref('int_feedback__clicks') }}
    where occurred_at >= {{ feedback_since(period) }}
),

judged as (
    select
        sends.send_id,
        responses.event_type,
        responses.occurred_at,
        -- A mail programme that fetches pictures ahead opens the mail as it comes in.
        responses.is_bot or (
            responses.event_type = 'open'
            and responses.occurred_at < {{ seconds_after('sends.sent_at', var('prefetch_seconds')) }}
        ) as is_bot
    from sends
    inner join responses
        on
            sends.send_id = responses.send_id
            and responses.occurred_at >= sends.sent_at
            and responses.occurred_at < {{ days_after('sends.sent_at', attribution_days()) }}
),

answers as (
    select
        send_id,
        min(case when event_type = 'open' and not is_bot then occurred_at end) as opened_at,
        min(case when event_type = 'click' and not is_bot then occurred_at end) as clicked_at,
        min(case when event_type = 'unsubscribe' then occurred_at end) as unsubscribed_at,
        sum(case when event_type = 'open' and is_bot then 1 else 0 end) as prefetch_count,
        sum(case when event_type = 'click' and is_bot then 1 else 0 end) as bot_click_count
    from judged
    group by send_id
)

select
    sends.send_id,
    sends.customer_id,
    sends.channel,
    sends.campaign_id,
    sends.sent_at,
    answers.opened_at,
    answers.clicked_at,
    answers.unsubscribed_at,
    cast(coalesce(answers.prefetch_count, 0) as bigint) as prefetch_count,
    cast(coalesce(answers.bot_click_count, 0) as bigint) as bot_click_count
from sends
left join answers on sends.send_id = answers.send_id
