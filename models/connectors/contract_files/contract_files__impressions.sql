-- One row per product shown to a customer.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    impression_id,
    send_id,
    customer_id,
    channel,
    product_id,
    slot,
    release_id,
    shown_at,
    selection_probability
from {{ checked_source('contract_files', 'impressions') }}
