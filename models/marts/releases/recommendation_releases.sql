-- One row per release and channel: what was published, when, from what, and how good it was. Written last.
-- depends_on: {{ ref('release_slates') }}
-- depends_on: {{ ref('release_shared_slates') }}
-- depends_on: {{ ref('release_exits') }}
-- depends_on: {{ ref('release_audiences') }}
-- depends_on: {{ ref('release_audits') }}
-- depends_on: {{ ref('release_fits') }}

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
    evaluate_ndcg,
    fit_fingerprint,
    var_fingerprint,
    seed_fingerprints,
    code_fingerprint,
    cast(purchase_weight as double) as purchase_weight,
    cast(click_weight as double) as click_weight,
    cast(cart_weight as double) as cart_weight,
    cast(value_weight as double) as value_weight,
    cast(margin_weight as double) as margin_weight,
    cast(novelty_weight as double) as novelty_weight,
    cast(waived_audit_count as bigint) as waived_audit_count,
    code_revision
from new_releases
