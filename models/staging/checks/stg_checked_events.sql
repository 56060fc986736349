-- One row per thing a customer did: view, cart, wishlist, open, click, redeem, unsubscribe, as the connector gives
-- it, with the reason why the contract rejects it.

{{ checked_rows(
    'events',
    columns={
        'event_id': 'string',
        'customer_id': 'string',
        'session_id': 'string',
        'product_id': 'string',
        'event_type': 'string',
        'occurred_at': 'timestamp',
        'send_id': 'string',
    },
    key=['event_id'],
    required=['event_id', 'customer_id', 'event_type', 'occurred_at'],
    problems={
        'unknown_event_type':
            "event_type not in ('view', 'cart', 'wishlist', 'open', 'click', 'redeem', 'unsubscribe')",
    },
    seen_at='occurred_at',
    ages=true,
) }}
