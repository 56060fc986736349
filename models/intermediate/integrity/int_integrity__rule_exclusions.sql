-- One row per product, category or brand that is kept out of slates, from seeds/rule_exclusions.csv, checked.

{{- raise_when_any(
    "select coalesce(exclusion_type, '(empty)') || ' ' || coalesce(value, '(empty)') || ': ' || problem "
    ~ "from " ~ ref('int_integrity__exclusion_errors') ~ " order by 1",
    "seeds/rule_exclusions.csv has rows that cannot be used:"
) }}

select
    exclusion_type,
    value,
    reason,
    owner,
    cast(valid_from_on as {{ dbt.type_timestamp() }}) as valid_from_at,
    cast(nullif(valid_until_on, '') as {{ dbt.type_timestamp() }}) as valid_until_at
from {{ ref('rule_exclusions') }}
