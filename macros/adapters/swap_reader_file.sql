{# Give readers the public tables as they are now, in one step. #}
{% macro swap_reader_file() -%}
    {{ return(adapter.dispatch('swap_reader_file', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB: an open reader blocks the writer of a file, so readers have a file of their own. #}
{% macro duckdb__swap_reader_file() -%}
    {%- set tables = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.access == 'public' -%}
        {%- if adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
            {%- do tables.append([node.database, node.schema, node.alias]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do adapter.store_relation(
        'vitrine', api.Relation.create(identifier='reader_file'), [], 'recommendations.duckdb', 'reader_file',
        {'tables': tables}
    ) -%}
    {%- do log('Readers see ' ~ tables | length ~ ' public tables in recommendations.duckdb.', info=true) -%}
{%- endmacro %}

{# On Spark readers share the warehouse and see its views. #}
{% macro spark__swap_reader_file() -%}
{%- endmacro %}
