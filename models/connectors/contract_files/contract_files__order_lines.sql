-- One row per line of an order or of a return.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    order_line_id,
    order_id,
    customer_id,
    product_id,
    ordered_at,
    quantity,
    net_amount,
    list_amount,
    is_return
from {{ checked_source('contract_files', 'order_lines') }}
