{#- The rows of a seed for this connector, trimmed, with empty values as NULL and the days of their validity as
    timestamps. Stops, naming each bad value, where int_integrity__seed_errors has an error of this seed. -#}
{% macro usable_seed_rows(seed_name, seed) -%}
{{- vitrine.raise_when_any(
    "select case when seed_row_number is null then '' else 'line ' || cast(seed_row_number + 1 as "
    ~ dbt.type_string() ~ ") || ', ' end || row_key || ': ' || column_name || ' ' || problem from "
    ~ ref('int_integrity__seed_errors') ~ " where severity = 'error' and seed_name = '" ~ seed_name
    ~ "' order by seed_row_number, column_name",
    "seeds/" ~ seed_name ~ ".csv has rows that cannot be used:"
) -}}
select
    {%- for name in vitrine.seed_node(seed_name).columns if name not in ('connector', 'owner', 'note') %}
    {%- if name in ('valid_from_on', 'valid_until_on') %}
    cast(nullif(trim({{ name }}), '') as {{ dbt.type_timestamp() }}) as {{ name[:-2] }}at,
    {%- else %}
    nullif(trim({{ name }}), '') as {{ name }},
    {%- endif %}
    {%- endfor %}
    trim(owner) as owner,
    nullif(trim(connector), '') is not null as is_own
from {{ seed }}
where coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}'
{%- endmacro %}
