{# The folder of models/connectors/ that feeds the contract: the connector's own, or the one that its entry names. #}
{% macro connector_folder() -%}
    {{ return(vitrine.connector_settings().get('folder', var('connector'))) }}
{%- endmacro %}
