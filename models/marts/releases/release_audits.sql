-- One row per attempt to publish, channel and audit: the figure, its limit and the verdict, for what passed as well. An
-- attempt is these slates with these verdicts: what a build finds again is not written again.
{{ config(on_schema_change='append_new_columns') }}

with audits as (
    select * from {{ ref('int_release__audits') }}
)
{%- if is_incremental() %},

recorded as (
    select
        *,
        row_number() over (
            partition by slate_fingerprint, channel, audit_name order by audited_at desc
        ) as place
    from {{ this }}
)
{%- endif %}

select
    audits.release_id,
    audits.slate_fingerprint,
    audits.channel,
    audits.audit_name,
    cast(current_timestamp as {{ dbt.type_timestamp() }}) as audited_at,
    audits.audit_type,
    audits.figure,
    audits.threshold,
    audits.is_within,
    audits.is_waived,
    audits.is_passed,
    audits.detail,
    audits.owner,
    audits.waived_by,
    audits.waiver_reason,
    cast(audits.waived_until_at as {{ dbt.type_timestamp() }}) as waived_until_at
from audits
{%- if is_incremental() %}
left join recorded
    on
        audits.slate_fingerprint = recorded.slate_fingerprint
        and audits.channel = recorded.channel
        and audits.audit_name = recorded.audit_name
        and recorded.place = 1
where
    recorded.audit_name is null
    or audits.is_passed != recorded.is_passed
    or audits.is_waived != recorded.is_waived
    or coalesce(audits.figure != recorded.figure, (audits.figure is null) != (recorded.figure is null))
    or coalesce(audits.threshold != recorded.threshold, (audits.threshold is null) != (recorded.threshold is null))
{%- endif %}
