{# The key's columns as one text, as they were read, so that blanks at an edge make no second key; a missing part
   shows as such, an unreadable one as it came. #}
{% macro key_text(key) -%}
    {%- for name in key -%}
    coalesce(
        cast({{ name }} as {{ dbt.type_string() }}), cast(raw_{{ name }} as {{ dbt.type_string() }}), '(none)'
    ){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
