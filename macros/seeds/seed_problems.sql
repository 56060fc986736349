{#- One row per problem of a seed's row, from the checks in the seed's yml: seed_name, seed_row_number, row_key,
    column_name, problem, severity. error: the build stops. warning: `make check` stops. note: only told.
    `names` is the relation of all attribute names and values. -#}
{% macro seed_problems(seed_name, seed, names) -%}
{%- set node = vitrine.seed_node(seed_name) -%}
{%- set columns = node.columns -%}
{%- set checked = {} -%}
{%- for column in columns.values() -%}
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
    {%- if not checked %}
    select
        cast(null as bigint) as seed_row_number,
        '' as row_key,
        '' as column_name,
        '' as problem,
        '' as severity
    from (select 1 as one) as nothing
    where 1 = 0
    {%- else %}
    with seed_rows as (
        {{ vitrine.seed_rows(seed, checked) }}
    )
    {%- set key = [] %}
    {%- for name in node.config.meta.key %}{% do key.append("coalesce(" ~ name ~ ", '(empty)')") %}{% endfor %}
    {%- set ns = namespace(first=true) %}
    {%- for name, checks in checked.items() %}
    {%- for condition, problem, severity in vitrine.column_problem(name, checks) %}
    {{ 'union all' if not ns.first }}
    {%- set ns.first = false %}
    select
        seed_rows.seed_row_number,
        {{ key | join(" || ', ' || ") }} as row_key,
        '{{ name }}' as column_name,
        {{ problem }} as problem,
        '{{ severity }}' as severity
    from seed_rows
    {%- if checks.type == 'attribute' %}
    left join (select distinct attribute_name as known_attribute from {{ names }}) as known
        on seed_rows.{{ name }} = known.known_attribute
    {%- elif checks.type in ('channel', 'value') %}
    left join (select attribute_name as known_attribute, attribute_value as known_value from {{ names }}) as known
        on
            seed_rows.{{ name }} = known.known_value
            and {{ 'seed_rows.' ~ checks.of if checks.get('of') else "'" ~ checks.get('is', 'channel') ~ "'" }}
            = known.known_attribute
    {%- endif %}
    where {{ condition }}
    {%- endfor %}
    {%- endfor %}
    {%- if 'valid_until_on' in checked %}
    union all
    select
        seed_rows.seed_row_number,
        {{ key | join(" || ', ' || ") }} as row_key,
        'valid_until_on' as column_name,
        'is not after valid_from_on' as problem,
        'error' as severity
    from seed_rows
    where try_cast(valid_until_on as date) <= try_cast(valid_from_on as date)
    union all
    select
        seed_rows.seed_row_number,
        {{ key | join(" || ', ' || ") }} as row_key,
        'valid_until_on' as column_name,
        'has ended (' || valid_until_on || '): the row does nothing any more; take it out or give it a later day'
            as problem,
        'note' as severity
    from seed_rows
    where is_for_this_connector and try_cast(valid_until_on as date) <= cast({{ as_of() }} as date)
    {%- endif %}
    {%- if 'valid_until_on' in checked %}
    union all
    select
        rows_checked.seed_row_number,
        {%- set own_key = [] %}
        {%- set same = [] %}
        {%- for name in node.config.meta.key %}
        {%- do own_key.append("coalesce(rows_checked." ~ name ~ ", '(empty)')") %}
        {%- do same.append("coalesce(rows_checked." ~ name ~ ", '') = coalesce(others." ~ name ~ ", '')") %}
        {%- endfor %}
        {{ own_key | join(" || ', ' || ") }} as row_key,
        'valid_from_on' as column_name,
        'overlaps with another row of the same {{ node.config.meta.key | join(" and ") }}' as problem,
        'error' as severity
    from seed_rows as rows_checked
    inner join seed_rows as others
        on
            rows_checked.seed_row_number > others.seed_row_number
            and coalesce(rows_checked.connector, '') = coalesce(others.connector, '')
            and {{ same | join(' and ') }}
            and {{ vitrine.rows_overlap('rows_checked', 'others', 'channel' in checked) }}
    {%- endif %}
    {%- endif %}
) as problems
{%- endmacro %}
