-- One row per message sent to a customer, as the connector gives it, with the reason why the contract rejects it.

{{ checked_rows(
    'sends',
    columns={
        'send_id': 'string',
        'customer_id': 'string',
        'channel': 'string',
        'campaign_id': 'string',
        'sent_at': 'timestamp',
    },
    key=['send_id'],
    required=['send_id', 'customer_id', 'channel', 'sent_at'],
    seen_at='sent_at',
    ages=true,
) }}
