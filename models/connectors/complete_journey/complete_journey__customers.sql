-- One row per household that ever bought; when it registered was not recorded.
{{ config(enabled=var('connector') == 'complete_journey') }}

with transactions as (
    select * from {{ checked_source('complete_journey', 'transactions') }}
)

select distinct
    household_id as customer_id,
    cast(null as {{ dbt.type_timestamp() }}) as registered_at
from transactions
