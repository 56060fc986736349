{# The branches of a CASE over reason_type that say which placeholders a template of it may have. #}
{% macro filling_names() -%}
    {%- for reason_type, names in vitrine.reason_types().items() -%}
        {%- set places = [] -%}
        {%- for name in names -%}{%- do places.append('{' ~ name ~ '}') -%}{%- endfor %}
        when '{{ reason_type }}' then '{{ places | join(", ") }}'
    {%- endfor -%}
{%- endmacro %}
