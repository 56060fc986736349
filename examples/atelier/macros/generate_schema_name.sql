{# dbt asks the root project where a model belongs; the layers are Vitrine's. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ vitrine.generate_schema_name(custom_schema_name, node) }}
{%- endmacro %}
