{# The columns of a seed's key as one text, from a relation of its rows. #}
{% macro row_key(relation, key) -%}
    {%- for name in key -%}
        coalesce({{ relation }}.{{ name }}, '(empty)'){{ " || ', ' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
