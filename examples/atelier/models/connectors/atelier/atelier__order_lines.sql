-- One row per line of a receipt. The till knows no list price; what comes back is paid less than nothing.

select
    receipt || '-' || line as order_line_id,
    receipt as order_id,
    client_number as customer_id,
    piece as product_id,
    sold_at as ordered_at,
    1 as quantity,
    abs(paid) as net_amount,
    cast(null as double) as list_amount,
    paid < 0 as is_return
from {{ vitrine.checked_source('atelier', 'receipts') }}
