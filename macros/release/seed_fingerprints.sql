{#- The checksum of each seed's file as one text of `name:digits`, in the order of the names: what two releases are
    compared by. -#}
{% macro seed_fingerprints() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'seed' -%}
            {%- do found.append(node.name ~ ':' ~ node.checksum.checksum[:8]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found | sort | join(' ')) }}
{%- endmacro %}
