{# Rows and bytes of the tables that a run made, by schema.name, as SQL. #}
{% macro table_sizes(results) -%}
    {{ return(adapter.dispatch('table_sizes', 'vitrine')(results)) }}
{%- endmacro %}

{#- DuckDB: of what succeeded, as what was skipped or failed left the table of an earlier run. Bytes are those of the
    blocks of the file, which hold what a checkpoint has written. -#}
{% macro duckdb__table_sizes(results) -%}
    {%- set sizes, tables, asked = {}, [], [] -%}
    {%- do run_query('force checkpoint') -%}
    {%- for row in run_query(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = '"
        ~ target.database ~ "'").rows -%}
        {%- do tables.append(row[0]) -%}
    {%- endfor -%}
    {%- for result in results if result.node.resource_type in ('model', 'seed') and result.status == 'success'
        and result.node.schema ~ '.' ~ result.node.alias in tables -%}
        {%- set name = result.node.schema ~ '.' ~ result.node.alias -%}
        {%- do asked.append(
            "select '" ~ name ~ "', (select count(*) from " ~ name ~ "), count(distinct block_id) "
            ~ "from pragma_storage_info('" ~ name ~ "') where persistent") -%}
    {%- endfor -%}
    {%- set block_bytes = run_query("select block_size from pragma_database_size()").rows[0][0] -%}
    {%- for some in asked | batch(100) -%}
        {%- for row in run_query(some | join(' union all ')).rows -%}
            {%- do sizes.update({row[0]: [row[1], row[2] * block_bytes]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(sizes) }}
{%- endmacro %}

{# Spark's tables tell their size to their own statistics, when asked to. #}
{% macro spark__table_sizes(results) -%}
    {{ return({}) }}
{%- endmacro %}
