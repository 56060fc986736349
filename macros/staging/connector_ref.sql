{# The connector's model of an entity, or none when the connector does not supply the entity. #}
{% macro connector_ref(entity) -%}
    {%- if entity in vitrine.connector_settings()['entities'] -%}
        {{ return(ref(var('connector') ~ '__' ~ entity)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
