{# Exponential decay by half-life: 1 now, one half after `half_life_days`. #}
{% macro decay(age_days, half_life_days) -%}
    power(0.5, ({{ age_days }}) / {{ half_life_days }}.0)
{%- endmacro %}
