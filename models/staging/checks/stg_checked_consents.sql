-- One row per customer, channel and stretch of time in which the answer did not change, as the connector gives it,
-- with the reason why the contract rejects it.

{{ checked_rows(
    'consents',
    columns={
        'customer_id': 'string',
        'channel': 'string',
        'is_opted_in': 'boolean',
        'valid_from_at': 'timestamp',
        'valid_to_at': 'timestamp',
    },
    key=['customer_id', 'channel', 'valid_from_at'],
    required=['customer_id', 'channel', 'is_opted_in', 'valid_from_at'],
    problems={
        'empty_validity': "valid_to_at <= valid_from_at",
    },
    seen_at='valid_from_at',
) }}
