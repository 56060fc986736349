{# The instant a number of days after another; the number may be negative, or a column. #}
{% macro days_after(instant, days) -%}
    {{ instant }} + ({{ days }}) * interval 1 day
{%- endmacro %}
