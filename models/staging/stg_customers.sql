-- One row per customer that the contract accepts.

{{ accepted_rows('customers', [
    'customer_id',
    'registered_at',
]) }}
