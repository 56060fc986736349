-- One row per invoice line. A cancellation becomes a return with a positive quantity; a negative quantity on any
-- other invoice is a stock correction and is left for the contract to reject. Lines that are the same in every
-- column share their id.
{{ config(enabled=var('connector') == 'online_retail') }}

with invoice_lines as (
    select * from {{ ref('online_retail__invoice_lines') }}
),

lines as (
    select
        invoice_lines.*,
        invoice like 'C%' as is_return,
        case when invoice like 'C%' then -quantity else quantity end as sold_quantity
    from invoice_lines
)

select
    invoice || '-' || stock_code || '-' || substr({{ dbt.hash(
        "coalesce(description, '') || '|' || cast(quantity as " ~ dbt.type_string() ~ ") || '|' || cast(price as "
        ~ dbt.type_string() ~ ") || '|' || cast(invoiced_at as " ~ dbt.type_string() ~ ")"
    ) }}, 1, 8) as order_line_id,
    invoice as order_id,
    customer_id,
    stock_code as product_id,
    invoiced_at as ordered_at,
    sold_quantity as quantity,
    sold_quantity * price as net_amount,
    sold_quantity * price as list_amount,
    is_return
from lines
