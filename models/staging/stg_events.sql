-- One row per thing a customer did: view, cart, wishlist, open, click, redeem, unsubscribe that the contract accepts.

{{ accepted_rows('events', [
    'event_id',
    'customer_id',
    'session_id',
    'product_id',
    'event_type',
    'occurred_at',
    'send_id',
]) }}
