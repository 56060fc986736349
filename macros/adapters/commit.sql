{# Make what was written so far seen by other connections. #}
{% macro commit() -%}
    {{ return(adapter.dispatch('commit', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB ends its transaction. #}
{% macro duckdb__commit() -%}
    {%- do adapter.commit() -%}
{%- endmacro %}

{# Spark has no transactions over statements. #}
{% macro spark__commit() -%}
{%- endmacro %}
