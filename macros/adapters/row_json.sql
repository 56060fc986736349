{# A row as one JSON text, from column expressions by name. #}
{% macro row_json(columns) -%}
    {{ return(adapter.dispatch('row_json', 'vitrine')(columns)) }}
{%- endmacro %}

{# DuckDB: json_object takes names and values in turn. #}
{% macro duckdb__row_json(columns) -%}
    cast(json_object(
        {%- for name, expression in columns.items() -%}
            '{{ name }}', {{ expression }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ) as varchar)
{%- endmacro %}

{# Spark: a struct turned to JSON; absent values stay in the text as on DuckDB. #}
{% macro spark__row_json(columns) -%}
    to_json(named_struct(
        {%- for name, expression in columns.items() -%}
            '{{ name }}', {{ expression }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ), map('ignoreNullFields', 'false'))
{%- endmacro %}
