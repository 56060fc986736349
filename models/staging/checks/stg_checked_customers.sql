-- One row per customer, as the connector gives it, with the reason why the contract rejects it.

{{ checked_rows(
    'customers',
    columns={
        'customer_id': 'string',
        'registered_at': 'timestamp',
    },
    key=['customer_id'],
    required=['customer_id'],
    seen_at='registered_at',
) }}
