{#- Seeds are loaded as a frame: dbt-spark writes them as literals, in which an empty cell becomes the text None. Types
    are those of the SQL standard; Spark calls text without a length string. -#}
{% macro vitrinespark__create_csv_table(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set sql -%}
        create table {{ this.render() }} (
            {%- for name in agate_table.column_names -%}
                {{ name }} {{ vitrinespark_type(types.get(name, adapter.convert_type(agate_table, loop.index0))) }}
                {{- ', ' if not loop.last }}
            {%- endfor -%}
        )
        {{ file_format_clause() }}
        {{ location_clause() }}
    {%- endset -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}

{# The rows of a seed, handed to the session. #}
{% macro vitrinespark__load_csv_rows(model, agate_table) -%}
    {%- do adapter.insert_rows(this.render(), agate_table) -%}
    {{ return('-- ' ~ agate_table.rows | length ~ ' rows') }}
{%- endmacro %}

{# A type as Spark calls it. #}
{% macro vitrinespark_type(name) -%}
    {{ return('string' if name | lower in ('varchar', 'text') else name) }}
{%- endmacro %}
