{# The tables of the warehouse, no views, that have a column of this name. #}
{% macro tables_with_column(name) -%}
    {{ return(adapter.dispatch('tables_with_column', 'vitrine')(name)) }}
{%- endmacro %}

{# DuckDB lists the columns of the file, whatever made the tables. #}
{% macro duckdb__tables_with_column(name) -%}
    {%- set found = [] -%}
    {%- for row in run_query(
        "select tables.table_schema, tables.table_name from information_schema.tables as tables "
        ~ "inner join information_schema.columns as columns using (table_catalog, table_schema, table_name) "
        ~ "where tables.table_catalog = '" ~ target.database ~ "' and tables.table_type = 'BASE TABLE' "
        ~ "and columns.column_name = '" ~ name ~ "' order by 1, 2").rows -%}
        {%- do found.append(api.Relation.create(database=target.database, schema=row[0], identifier=row[1])) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# Spark has no such list: the models' own tables are asked, one by one. #}
{% macro spark__tables_with_column(name) -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized != 'view' -%}
        {%- set relation = adapter.get_relation(
            database=node.database, schema=node.schema, identifier=node.alias) -%}
        {%- if relation and name in adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
            {%- do found.append(relation) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
