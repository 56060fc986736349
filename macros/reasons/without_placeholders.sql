{# A template without the placeholders that its reason_type can fill: what is left must have no brace. #}
{% macro without_placeholders() -%}
    case reason_type
        {%- for reason_type, names in vitrine.reason_types().items() %}
        when '{{ reason_type }}' then {{ 'replace(' * (names | length) }}template
            {%- for name in names %}, '{{ '{' ~ name ~ '}' }}', ''){% endfor %}
        {%- endfor %}
        else ''
    end
{%- endmacro %}
