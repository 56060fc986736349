-- One row per customer on any invoice; when they registered was not recorded.
{{ config(enabled=var('connector') == 'online_retail') }}

with invoice_lines as (
    select * from {{ ref('online_retail__invoice_lines') }}
    where customer_id is not null
)

select distinct
    customer_id,
    cast(null as {{ dbt.type_timestamp() }}) as registered_at
from invoice_lines
