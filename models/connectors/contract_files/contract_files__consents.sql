-- One row per customer, channel and stretch of time in which the answer did not change.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    customer_id,
    channel,
    is_opted_in,
    valid_from_at,
    valid_to_at
from {{ checked_source('contract_files', 'consents') }}
