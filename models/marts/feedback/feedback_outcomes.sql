-- One row per day, channel, release and campaign: what was sent and shown on it, and what came of that until as_of.

select
    feedback_on,
    channel,
    release_id,
    campaign_id,
    send_count,
    opened_send_count,
    clicked_send_count,
    unsubscribe_count,
    impression_count,
    clicked_count,
    carted_count,
    purchased_count,
    order_line_count,
    purchased_amount,
    click_through_amount,
    purchased_amount - click_through_amount as view_through_amount,
    '{{ connector_settings()["currency_code"] }}' as currency_code,
    prefetch_count,
    bot_click_count
from {{ ref('int_feedback__daily_results') }}
