{#- What the yml of a seed says: its key and, per column, the checks in config.meta. Empty while dbt parses. A project
    that uses this one as a package may have a seed of the same name in the place of ours. -#}
{% macro seed_node(seed_name) -%}
    {%- if execute -%}
        {%- set own = graph.nodes.get('seed.' ~ project_name ~ '.' ~ seed_name) -%}
        {{ return(own if own else graph.nodes['seed.vitrine.' ~ seed_name]) }}
    {%- endif -%}
    {{ return({'columns': {}, 'config': {'meta': {'key': []}}}) }}
{%- endmacro %}
