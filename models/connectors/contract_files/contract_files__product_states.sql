-- One row per product and stretch of time in which its price, activity, stock and tier did not change.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    product_id,
    valid_from_at,
    valid_to_at,
    is_active,
    stock_quantity,
    list_price_amount,
    unit_cost_amount,
    tier
from {{ checked_source('contract_files', 'product_states') }}
