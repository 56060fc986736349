-- One row per basket and product. The list price is what was paid before the retailer's own discounts.
{{ config(enabled=var('connector') == 'complete_journey') }}

with transactions as (
    select * from {{ checked_source('complete_journey', 'transactions') }}
)

select
    cast(basket_id as {{ dbt.type_string() }}) || '-' || cast(product_id as {{ dbt.type_string() }})
        as order_line_id,
    basket_id as order_id,
    household_id as customer_id,
    product_id,
    transaction_timestamp as ordered_at,
    quantity,
    sales_value as net_amount,
    sales_value + retail_disc + coupon_match_disc as list_amount,
    false as is_return
from transactions
