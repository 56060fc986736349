{#- The branches of seed_problems that look at single values, over its CTE seed_rows. `checked`: column -> checks. -#}
{% macro value_problems(key, checked, names) -%}
{%- set branches = namespace(count=0) -%}
{%- for name, checks in checked.items() %}
{%- for condition, problem, severity in vitrine.column_problem(name, checks) %}
{%- set branches.count = branches.count + 1 %}
{{ 'union all' if branches.count > 1 }}
select
    seed_rows.seed_row_number,
    {{ vitrine.row_key('seed_rows', key) }} as row_key,
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
{%- endmacro %}
