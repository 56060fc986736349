-- One row per channel and audit that no row of seeds/audit_limits.csv holds for on the day of these slates. An audit
-- without a limit would let everything pass, so a row may be changed and not simply taken out.

{%- set always = [
    'full_slates', 'fallback_slates', 'relaxed_slates', 'coverage_against_live', 'popularity_against_live',
    'relevance_on_validate', 'relevance_against_live', 'categories_against_live', 'value_against_live',
    'churn_against_live', 'order_line_age', 'order_line_volume'
] %}

with limits as (
    {{ seed_rows(
        ref('audit_limits'), ['channel', 'audit_name', 'valid_from_on', 'valid_until_on']
    ) | indent(4) }}
),

holding as (
    select
        channel,
        audit_name
    from limits
    where
        is_for_this_connector
        and coalesce(try_cast(valid_from_on as date) <= cast({{ as_of() }} as date), true)
        and coalesce(try_cast(valid_until_on as date) > cast({{ as_of() }} as date), true)
),

-- From the seed itself: a bad policy is told beside what is wrong here, and does not keep it from being told.
policies as (
    {{ policy_rows(ref('channel_policies')) | indent(4) }}
),

audits as (
    {%- for name in always %}
    select '{{ name }}' as audit_name
    {{- ' union all' if not loop.last }}
    {%- endfor %}
)

select
    'audit_limits' as seed_name,
    cast(null as bigint) as seed_row_number,
    audits.audit_name || ', ' || policies.channel as row_key,
    'audit_name' as column_name,
    'has no row that holds on ' || cast(cast({{ as_of() }} as date) as {{ dbt.type_string() }})
    || ': give the audit a limit, it cannot do without' as problem,
    'error' as severity
from audits
cross join policies
left join holding
    on audits.audit_name = holding.audit_name and coalesce(holding.channel, policies.channel) = policies.channel
where holding.audit_name is null
