-- One row per request of a customer to be erased.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    erasure_request_id,
    customer_id,
    requested_at
from {{ checked_source('contract_files', 'erasure_requests') }}
