{# The connector's model of an entity, or none when the connector does not supply the entity. #}
{% macro connector_ref(entity) -%}
    {%- if entity in vitrine.connector_settings()['entities'] -%}
        {{ return(ref(vitrine.connector_folder() ~ '__' ~ entity)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
