{# Set a column to NULL in the rows of a table that meet a condition. #}
{% macro clear_column(relation, column, condition) -%}
    {{ return(adapter.dispatch('clear_column', 'vitrine')(relation, column, condition)) }}
{%- endmacro %}

{# DuckDB updates. #}
{% macro duckdb__clear_column(relation, column, condition) -%}
    {%- do run_query('update ' ~ relation ~ ' set ' ~ column ~ ' = null where ' ~ condition) -%}
{%- endmacro %}

{# Spark updates tables of Delta and Iceberg; plain files are written anew, by way of a second table. #}
{% macro spark__clear_column(relation, column, condition) -%}
    {%- set known = load_relation(relation) -%}
    {%- if known.is_delta or known.is_iceberg -%}
        {%- do run_query('update ' ~ relation ~ ' set ' ~ column ~ ' = null where ' ~ condition) -%}
    {%- elif run_query(
        'select 1 from ' ~ relation ~ ' where (' ~ condition ~ ') and ' ~ column ~ ' is not null limit 1').rows -%}
        {%- set columns = [] -%}
        {%- for found in adapter.get_columns_in_relation(relation) -%}
            {%- do columns.append(
                'case when ' ~ condition ~ ' then null else ' ~ column ~ ' end as ' ~ column
                if found.name == column else found.name) -%}
        {%- endfor -%}
        {%- do _written_anew(relation, 'select ' ~ columns | join(', ') ~ ' from ' ~ relation) -%}
    {%- endif -%}
{%- endmacro %}
