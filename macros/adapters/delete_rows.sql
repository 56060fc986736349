{#- Delete the rows of a table that meet a condition. The condition names the table's columns, and other tables in full
    subqueries; rows for which it is neither true nor false stay. -#}
{% macro delete_rows(relation, condition) -%}
    {{ return(adapter.dispatch('delete_rows', 'vitrine')(relation, condition)) }}
{%- endmacro %}

{# DuckDB deletes, in the transaction of the model or macro that asks for it. #}
{% macro duckdb__delete_rows(relation, condition) -%}
    {%- do run_query('delete from ' ~ relation ~ ' where ' ~ condition) -%}
{%- endmacro %}

{#- Spark deletes from tables of Delta and Iceberg. Plain files are written anew without the rows, by way of a second
    table, as a table that is read cannot be overwritten; where none meets the condition, nothing is written. -#}
{% macro spark__delete_rows(relation, condition) -%}
    {%- set known = load_relation(relation) -%}
    {%- if known.is_delta or known.is_iceberg -%}
        {%- do run_query('delete from ' ~ relation ~ ' where ' ~ condition) -%}
    {%- elif run_query('select 1 from ' ~ relation ~ ' where ' ~ condition ~ ' limit 1').rows -%}
        {%- do _written_anew(
            relation, 'select * from ' ~ relation ~ ' where not coalesce(' ~ condition ~ ', false)') -%}
    {%- endif -%}
{%- endmacro %}

{# Spark: put the rows of a query in the place of a table's, of which the query may read. #}
{% macro _written_anew(relation, query) -%}
    {%- set kept = api.Relation.create(schema=relation.schema, identifier=relation.identifier ~ '__kept') -%}
    {%- do run_query('drop table if exists ' ~ kept) -%}
    {%- do run_query('create table ' ~ kept ~ ' using parquet as ' ~ query) -%}
    {%- do run_query('insert overwrite table ' ~ relation ~ ' select * from ' ~ kept) -%}
    {%- do run_query('drop table ' ~ kept) -%}
{%- endmacro %}
