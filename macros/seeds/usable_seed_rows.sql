{#- The rows of a seed for this connector, trimmed, with empty values as NULL and the days of their validity as
    timestamps. Stops, naming each bad value, where int_integrity__seed_errors has an error of this seed. -#}
{% macro usable_seed_rows(seed_name, seed) -%}
{{- vitrine.raise_seed_errors(seed_name, ref('int_integrity__seed_errors')) -}}
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
