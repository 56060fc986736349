{# A sum that does not depend on the order of its rows: fixed point inside, double outside. #}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(18, 4))) as double)
{%- endmacro %}
