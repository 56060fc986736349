{#- Stop the model that calls this when a seed has rows that cannot be used, naming line, row, column and what is wrong.
    `errors` is the relation that lists them. -#}
{% macro raise_seed_errors(seed_name, errors) -%}
{{- vitrine.raise_when_any(
    "select case when seed_row_number is null then '' else 'line ' || cast(seed_row_number + 1 as "
    ~ dbt.type_string() ~ ") || ', ' end || row_key || ': ' || column_name || ' ' || problem from "
    ~ errors ~ " where severity = 'error' and seed_name = '" ~ seed_name
    ~ "' order by seed_row_number, row_key, column_name, problem",
    "seeds/" ~ seed_name ~ ".csv has rows that cannot be used:"
) -}}
{%- endmacro %}
