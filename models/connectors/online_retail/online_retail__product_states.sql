-- One row per product and change of its weekly median price, valid from the end of the week on. Activity, stock
-- and tier were never recorded.
{{ config(enabled=var('connector') == 'online_retail') }}

with invoice_lines as (
    select * from {{ ref('online_retail__invoice_lines') }}
    where quantity > 0 and price > 0 and stock_code is not null
),

weekly_prices as (
    select
        stock_code as product_id,
        date_trunc('week', invoiced_at) as week_start_at,
        round(median(price), {{ var('price_decimals') }}) as list_price_amount
    from invoice_lines
    group by stock_code, date_trunc('week', invoiced_at)
)

{{ price_states('weekly_prices') }}
