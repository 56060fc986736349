-- One row per customer, channel and stretch of time in which the answer did not change that the contract accepts.

{{ accepted_rows('consents', [
    'customer_id',
    'channel',
    'is_opted_in',
    'valid_from_at',
    'valid_to_at',
]) }}
