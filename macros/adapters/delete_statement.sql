{#- `delete_rows` as the text of a hook: on DuckDB a statement, which the hook runs in or outside the model's
    transaction as it says; on Spark the deed is done when the text is asked for. -#}
{% macro delete_statement(relation, condition) -%}
    {{ return(adapter.dispatch('delete_statement', 'vitrine')(relation, condition)) }}
{%- endmacro %}

{# DuckDB runs the text. #}
{% macro duckdb__delete_statement(relation, condition) -%}
    {{ return('delete from ' ~ relation ~ ' where ' ~ condition) }}
{%- endmacro %}

{# Spark: several statements, where a hook is one. #}
{% macro spark__delete_statement(relation, condition) -%}
    {%- if execute -%}{%- do vitrine.delete_rows(relation, condition) -%}{%- endif -%}
    {{ return('select 1') }}
{%- endmacro %}
