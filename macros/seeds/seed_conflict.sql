{# One branch of a model of conflicts between rows of seeds: the conflicting rows of `relation` with what to say. #}
{% macro seed_conflict(seed_name, row_key, column_name, problem, relation, condition, severity='error') -%}
select
    '{{ seed_name }}' as seed_name,
    rows_checked.seed_row_number,
    {{ row_key }} as row_key,
    '{{ column_name }}' as column_name,
    {{ problem }} as problem,
    '{{ severity }}' as severity
from {{ relation }}
where {{ condition }}
{%- endmacro %}
