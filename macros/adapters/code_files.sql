{# A hash of each file that decides what a build computes, as JSON in a SQL expression: what `make preview` compares. #}
{% macro code_files() -%}
    {{ return(adapter.dispatch('code_files', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB: the plug-in hashes the project's files and the package. #}
{% macro duckdb__code_files() -%}
    getvariable('vitrine_code_files')
{%- endmacro %}

{# Spark has no plug-in, and no preview that would ask. #}
{% macro spark__code_files() -%}
    '{}'
{%- endmacro %}
