{#- The settings of all connectors: this project's, and those that a project adds which uses this one as a package. In
    a model of such a project the vars of this one are not known. -#}
{% macro known_connectors() -%}
    {%- set known = {} -%}
    {%- do known.update(var('connectors', {})) -%}
    {%- do known.update(var('own_connectors', {})) -%}
    {{ return(known) }}
{%- endmacro %}
