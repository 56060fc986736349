-- One row per product shown to a customer that the contract accepts.

{{ accepted_rows('impressions', [
    'impression_id',
    'send_id',
    'customer_id',
    'channel',
    'product_id',
    'slot',
    'release_id',
    'shown_at',
    'selection_probability',
]) }}
