{# Give readers the public tables as they are now, in one step. #}
{% macro swap_reader_file() -%}
    {{ return(adapter.dispatch('swap_reader_file', 'vitrine')()) }}
{%- endmacro %}

{#- DuckDB: an open reader blocks the writer of a file, so readers have a file of their own. It holds copies of the
    public tables; of a model with the meta reader_view it holds the view, and copies of what that reads. -#}
{% macro duckdb__swap_reader_file() -%}
    {%- set tables, read_by_views, views = [], [], [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.access == 'public' -%}
        {%- if adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
            {%- if node.config.meta.get('reader_view') -%}
                {%- do views.append([node.database, node.schema, node.alias]) -%}
                {%- for parent in node.depends_on.nodes if graph.nodes[parent].access != 'public' -%}
                    {%- set read = graph.nodes[parent] -%}
                    {%- do read_by_views.append([read.database, read.schema, read.alias]) -%}
                {%- endfor -%}
            {%- else -%}
                {%- do tables.append([node.database, node.schema, node.alias]) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do adapter.store_relation(
        'vitrine', api.Relation.create(identifier='reader_file'), [], 'recommendations.duckdb', 'reader_file',
        {'tables': tables + read_by_views, 'views': views}
    ) -%}
    {%- do log('Readers see ' ~ (tables + views) | length ~ ' public tables in recommendations.duckdb.', info=true) -%}
{%- endmacro %}

{# On Spark readers share the warehouse and see its views. #}
{% macro spark__swap_reader_file() -%}
{%- endmacro %}
