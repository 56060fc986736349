{# How many times more often two products occur together than if they were independent (1 = no tie). #}
{% macro lift(shared_count, anchor_count, companion_count, total_count) -%}
    cast({{ shared_count }} as double) * {{ total_count }}
    / nullif(cast({{ anchor_count }} as double) * {{ companion_count }}, 0)
{%- endmacro %}
