-- One row per message sent to a customer.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    send_id,
    customer_id,
    channel,
    campaign_id,
    sent_at
from {{ checked_source('contract_files', 'sends') }}
