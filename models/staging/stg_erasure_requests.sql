-- One row per request of a customer to be erased that the contract accepts. The customer is a salted hash.

{{ accepted_rows('erasure_requests', [
    'erasure_request_id',
    'customer_hash',
    'requested_at',
]) }}
