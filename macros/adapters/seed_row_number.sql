{#- The place of a seed's row in its CSV file, from 1, where the engine remembers it; NULL elsewhere. DuckDB keeps the
    order of a small insert. -#}
{% macro seed_row_number() -%}
    {{ adapter.dispatch('seed_row_number', 'vitrine')() }}
{%- endmacro %}

{# Spark: a table has no order. #}
{% macro spark__seed_row_number() -%}
    cast(null as bigint)
{%- endmacro %}

{# DuckDB: rows are numbered from 0. #}
{% macro duckdb__seed_row_number() -%}
    cast(rowid + 1 as bigint)
{%- endmacro %}
