{# A model's table as it was left by an earlier build, or none: what a build may know of the live release. #}
{% macro existing_relation(schema_name, identifier) -%}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(
        database=target.database, schema=generate_schema_name(schema_name, none), identifier=identifier
    )) }}
{%- endmacro %}
