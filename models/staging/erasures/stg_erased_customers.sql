-- One row per customer who asked to be erased, as a salted hash, for good: the source may lose the request, and whoever
-- sends the customer again is not listened to. What it finds new is taken out of every table there is, before any other
-- model reads a row.
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false,
    on_schema_change='append_new_columns', post_hook='{{ forget_customers() }}'
) }}

{%- if is_incremental() %}
{{- raise_when_any(
    "select count(*) || ' customers' from " ~ this ~ " where salt_hash != " ~ customer_hash("'salt'")
    ~ " having count(*) > 0",
    "VITRINE_ERASURE_SALT is not what it was when these customers were erased; under another salt they would come "
    ~ "back. Set it as it was:"
) -}}
{%- endif %}

with requests as (
    select
        customer_hash,
        min(requested_at) as requested_at
    from {{ ref('stg_checked_erasure_requests') }}
    -- Two requests with one key are a mistake of the source's; both customers asked.
    where rejection_reason is null or rejection_reason = 'duplicate_key'
    group by customer_hash
)

select
    requests.customer_hash,
    requests.requested_at,
    cast(current_timestamp as {{ dbt.type_timestamp() }}) as recorded_at,
    cast(null as {{ dbt.type_timestamp() }}) as purged_at,
    {{ customer_hash("'salt'") }} as salt_hash
from requests
{%- if is_incremental() %}
left join {{ this }} as known on requests.customer_hash = known.customer_hash
where known.customer_hash is null
{%- endif %}
