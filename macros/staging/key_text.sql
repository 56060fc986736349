{# The key's columns as one text; a missing part shows as such. #}
{% macro key_text(key) -%}
    {%- for name in key -%}
    coalesce(cast(raw_{{ name }} as {{ dbt.type_string() }}), '(none)'){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
