-- One row per coupon redeemed: the only response to a campaign that was recorded.
{{ config(enabled=var('connector') == 'complete_journey') }}

with coupon_redemptions as (
    select distinct
        household_id,
        coupon_upc,
        campaign_id,
        redemption_date
    from {{ checked_source('complete_journey', 'coupon_redemptions') }}
)

select
    cast(campaign_id as {{ dbt.type_string() }}) || '-' || cast(household_id as {{ dbt.type_string() }}) || '-'
    || cast(coupon_upc as {{ dbt.type_string() }}) || '-' || cast(redemption_date as {{ dbt.type_string() }})
        as event_id,
    household_id as customer_id,
    cast(null as {{ dbt.type_string() }}) as session_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'redeem' as event_type,
    redemption_date as occurred_at,
    cast(campaign_id as {{ dbt.type_string() }}) || '-' || cast(household_id as {{ dbt.type_string() }}) as send_id
from coupon_redemptions
