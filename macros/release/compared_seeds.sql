{#- The seeds that two releases are compared by, separated by blanks: all but those on which only words, fits or
    verdicts depend, since these are told otherwise. -#}
{% macro compared_seeds() -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'seed'
            and node.name not in ('reason_templates', 'model_parameters', 'audit_limits', 'audit_waivers') -%}
            {%- do names.append(node.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names | sort | join(' ')) }}
{%- endmacro %}
