{# Exponential decay by half-life: 1 now, one half after `half_life_days`. #}
{% macro decay(age_days, half_life_days) -%}
    power(cast(0.5 as double), cast({{ age_days }} as double) / {{ half_life_days }})
{%- endmacro %}
