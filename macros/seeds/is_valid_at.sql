{# Whether a row of a seed holds at an instant; an empty day is no limit. #}
{% macro is_valid_at(relation, instant) -%}
    ({{ relation }}.valid_from_at is null or {{ relation }}.valid_from_at <= {{ instant }})
    and ({{ relation }}.valid_until_at is null or {{ relation }}.valid_until_at > {{ instant }})
{%- endmacro %}
