{# The instant a number of seconds after another. #}
{% macro seconds_after(instant, seconds) -%}
    {{ instant }} + ({{ seconds }}) * interval 1 second
{%- endmacro %}
