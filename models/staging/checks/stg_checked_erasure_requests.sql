-- One row per request of a customer to be erased, as the connector gives it, with the reason why the contract rejects
-- it.

{{ checked_rows(
    'erasure_requests',
    columns={
        'erasure_request_id': 'string',
        'customer_id': 'string',
        'requested_at': 'timestamp',
    },
    key=['erasure_request_id'],
    required=['erasure_request_id', 'customer_id', 'requested_at'],
    seen_at='requested_at',
) }}
