{# The commit that the project's files are of, as a SQL expression: what to check out. NULL outside a repository. #}
{% macro code_revision() -%}
    {{ return(adapter.dispatch('code_revision', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB: the plug-in asks git. #}
{% macro duckdb__code_revision() -%}
    cast(getvariable('vitrine_code_revision') as varchar)
{%- endmacro %}

{# Spark has no plug-in. #}
{% macro spark__code_revision() -%}
    cast(null as string)
{%- endmacro %}
