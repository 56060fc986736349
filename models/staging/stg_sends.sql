-- One row per message sent to a customer that the contract accepts.

{{ accepted_rows('sends', [
    'send_id',
    'customer_id',
    'channel',
    'campaign_id',
    'sent_at',
]) }}
