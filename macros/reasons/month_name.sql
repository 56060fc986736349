{# The English name of an instant's month, the same on every engine and in every locale. #}
{% macro month_name(instant) -%}
    case extract(month from {{ instant }})
        {%- for name in [
            'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
            'November', 'December'
        ] %}
        when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}
