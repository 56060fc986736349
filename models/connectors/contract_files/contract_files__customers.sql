-- One row per customer.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    customer_id,
    registered_at
from {{ checked_source('contract_files', 'customers') }}
