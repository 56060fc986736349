{# The settings of the chosen connector; an unknown name stops with the known ones. #}
{% macro connector_settings() -%}
    {%- set known = vitrine.known_connectors() -%}
    {%- if var('connector') not in known -%}
        {{ exceptions.raise_compiler_error(
            "Unknown connector '" ~ var('connector') ~ "'. Known connectors: " ~ (known.keys() | sort | join(', '))
            ~ ". A new one is a folder in models/connectors/ and an entry in the var connectors.") }}
    {%- endif -%}
    {{ return(known[var('connector')]) }}
{%- endmacro %}
