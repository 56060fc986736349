{# A hash of all that the project says of rows, code, seeds and vars of dbt_project.yml, as a SQL expression. #}
{% macro project_fingerprint() -%}
    {{ return(adapter.dispatch('project_fingerprint', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB: the plug-in hashes the project's files and the package. #}
{% macro duckdb__project_fingerprint() -%}
    getvariable('vitrine_project_fingerprint')
{%- endmacro %}

{# Spark has no plug-in, and takes no rows over that would ask. #}
{% macro spark__project_fingerprint() -%}
    {{ vitrine.code_fingerprint() }} || '{{ vitrine.seed_fingerprints() }}'
{%- endmacro %}
