{#- One row per problem of a seed's row, from the checks in the seed's yml: seed_name, seed_row_number, row_key,
    column_name, problem, severity. error: the build stops. warning: `make check` stops. note: only told.
    `names` is the relation of all attribute names and values. -#}
{% macro seed_problems(seed_name, seed, names) -%}
{%- set node = vitrine.seed_node(seed_name) -%}
{%- set checked = {} -%}
{%- for column in node.columns.values() -%}
    {%- do checked.update({column.name: (column.get('config') or {}).get('meta') or column.meta}) -%}
{%- endfor -%}
select
    '{{ seed_name }}' as seed_name,
    cast(problems.seed_row_number as bigint) as seed_row_number,
    cast(problems.row_key as {{ dbt.type_string() }}) as row_key,
    cast(problems.column_name as {{ dbt.type_string() }}) as column_name,
    cast(problems.problem as {{ dbt.type_string() }}) as problem,
    cast(problems.severity as {{ dbt.type_string() }}) as severity
from (
    {%- if checked %}
    with seed_rows as (
        {{ vitrine.seed_rows(seed, checked) }}
    )
    {{ vitrine.value_problems(node.config.meta.key, checked, names) }}
    {%- if 'valid_until_on' in checked %}
    union all
    {{ vitrine.validity_problems(
        node.config.meta.key, 'channel' in checked, node.config.meta.get('has_general_rows_below', false)
    ) }}
    {%- endif %}
    {%- else %}
    select
        cast(null as bigint) as seed_row_number,
        '' as row_key,
        '' as column_name,
        '' as problem,
        '' as severity
    from (select 1 as one) as nothing
    where 1 = 0
    {%- endif %}
) as problems
{%- endmacro %}
