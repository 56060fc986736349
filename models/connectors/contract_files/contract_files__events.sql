-- One row per thing a customer did: view, cart, wishlist, open, click, redeem, unsubscribe.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    event_id,
    customer_id,
    session_id,
    product_id,
    event_type,
    occurred_at,
    send_id
from {{ checked_source('contract_files', 'events') }}
