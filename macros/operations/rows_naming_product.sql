{# How many rows of each public recommendation table name a product, in whichever column: a map of counts by table. #}
{% macro rows_naming_product(product_id) -%}
    {%- set counts = {} -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.access == 'public' -%}
        {%- set table = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
        {%- set conditions = [] -%}
        {%- for column_name in node.columns if table and '/recommendations/' in node.original_file_path
            and column_name.endswith('product_id') -%}
            {%- do conditions.append(column_name ~ " = '" ~ product_id | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        {%- if conditions -%}
            {%- set query = "select count(*) from " ~ table ~ " where " ~ conditions | join(' or ') -%}
            {%- do counts.update({node.alias: run_query(query).rows[0][0] | int}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(counts) }}
{%- endmacro %}
