{# Whether a source table can be read at all, so that its absence gets a message of its own. #}
{% macro source_exists(relation) -%}
    {{ return(adapter.dispatch('source_exists', 'vitrine')(relation)) }}
{%- endmacro %}

{# DuckDB reads parquet files in place: the file is what has to exist. #}
{% macro duckdb__source_exists(relation) -%}
    {%- set reader = relation | string -%}
    {%- if not reader.startswith('read_parquet(') -%}{{ return(true) }}{%- endif -%}
    {%- set query = 'select count(*) from glob(' ~ reader[13:] -%}
    {{ return(run_query(query).rows[0][0] > 0) }}
{%- endmacro %}

{# Spark knows its source tables in a catalog. #}
{% macro spark__source_exists(relation) -%}
    {{ return(load_relation(relation) is not none) }}
{%- endmacro %}
