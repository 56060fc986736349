-- One row per request of a customer to be erased, as the connector gives it, with the reason why the contract rejects
-- it. Of the customer only a salted hash is kept, here already.

{{ checked_rows(
    'erasure_requests',
    columns={
        'erasure_request_id': 'string',
        'customer_hash': 'string',
        'requested_at': 'timestamp',
    },
    key=['erasure_request_id'],
    required=['erasure_request_id', 'customer_hash', 'requested_at'],
    seen_at='requested_at',
    hashes={'customer_hash': 'customer_id'},
) }}
