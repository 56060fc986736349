{# Every column in turn, so that the same row wins whatever the order they came in. #}
{% macro ordering(columns, seen_at) -%}
    {%- if seen_at -%}{{ seen_at }} asc nulls last, {% endif -%}
    {%- for name in columns -%}{{ name }} asc nulls last{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}
