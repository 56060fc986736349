-- One row per invoice line under plain names: the source's own need quoting. Only this connector reads it.
{{ config(enabled=var('connector') == 'online_retail') }}

select
    {{ adapter.quote('Invoice') }} as invoice,
    upper(trim({{ adapter.quote('StockCode') }})) as stock_code,
    nullif(trim({{ adapter.quote('Description') }}), '') as description,
    {{ adapter.quote('Quantity') }} as quantity,
    {{ adapter.quote('InvoiceDate') }} as invoiced_at,
    {{ adapter.quote('Price') }} as price,
    {{ adapter.quote('Customer ID') }} as customer_id
from {{ checked_source('online_retail', 'online_retail_ii') }}
