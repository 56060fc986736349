-- One row per product and change of its weekly median list price. A week's price is known when the week is over,
-- so it is valid from then on. Activity, stock and tier were never recorded.
{{ config(enabled=var('connector') == 'complete_journey') }}

with transactions as (
    select * from {{ checked_source('complete_journey', 'transactions') }}
    where quantity > 0
),

weekly_prices as (
    select
        product_id,
        date_trunc('week', transaction_timestamp) as week_start_at,
        round(
            median((sales_value + retail_disc + coupon_match_disc) / quantity), {{ var('price_decimals') }}
        ) as list_price_amount
    from transactions
    group by product_id, date_trunc('week', transaction_timestamp)
)

{{ price_states('weekly_prices') }}
