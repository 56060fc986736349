-- One row per request of a customer to be erased that the contract accepts.

{{ accepted_rows('erasure_requests', [
    'erasure_request_id',
    'customer_id',
    'requested_at',
]) }}
