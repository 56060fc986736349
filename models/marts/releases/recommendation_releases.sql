-- One row per release and channel: what was published, when, from what, and how good it was. Written last.
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail') }}
-- depends_on: {{ ref('release_slates') }}
-- depends_on: {{ ref('release_shared_slates') }}

{{- assert_audits_passed() }}

with new_releases as (
    select * from {{ ref('int_release__new_releases') }}
)

select
    release_id,
    channel,
    cast(current_timestamp as {{ dbt.type_timestamp() }}) as published_at,
    cast(as_of_at as {{ dbt.type_timestamp() }}) as as_of_at,
    connector,
    currency_code,
    code_version,
    parameters,
    data_fingerprint,
    slate_fingerprint,
    propensity_fit_id,
    ranker_fit_id,
    cast(customer_count as bigint) as customer_count,
    cast(slot_count as bigint) as slot_count,
    cast(passed_audit_count as bigint) as passed_audit_count,
    validate_ndcg,
    evaluate_ndcg
from new_releases
