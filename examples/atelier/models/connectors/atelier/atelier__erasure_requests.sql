-- One row per client who asked to be erased.

select
    client_number as erasure_request_id,
    client_number as customer_id,
    asked_at as requested_at
from {{ vitrine.checked_source('atelier', 'forgotten') }}
