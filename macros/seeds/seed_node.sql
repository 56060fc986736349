{# What the yml of a seed says: its key and, per column, the checks in config.meta. Empty while dbt parses. #}
{% macro seed_node(seed_name) -%}
    {%- if execute -%}
        {{ return(graph.nodes['seed.' ~ project_name ~ '.' ~ seed_name]) }}
    {%- endif -%}
    {{ return({'columns': {}, 'config': {'meta': {'key': []}}}) }}
{%- endmacro %}
