-- One row per product shown to a customer, as the connector gives it, with the reason why the contract rejects it.

{{ checked_rows(
    'impressions',
    columns={
        'impression_id': 'string',
        'send_id': 'string',
        'customer_id': 'string',
        'channel': 'string',
        'product_id': 'string',
        'slot': 'integer',
        'release_id': 'string',
        'shown_at': 'timestamp',
        'selection_probability': 'double',
    },
    key=['impression_id'],
    required=['impression_id', 'customer_id', 'channel', 'product_id', 'shown_at'],
    problems={
        'impossible_selection_probability': "selection_probability <= 0 or selection_probability > 1",
        'impossible_slot': "slot < 1",
    },
    seen_at='shown_at',
    ages=true,
) }}
