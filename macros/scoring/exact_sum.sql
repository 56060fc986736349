{# A sum that does not depend on the order of its rows: fixed point inside, double outside. #}
{% macro exact_sum(expression, digits=18) -%}
    cast(sum(cast({{ expression }} as decimal({{ digits }}, 4))) as double)
{%- endmacro %}
