{#- What a dearer product gains in its score: weight times the logarithm of its price, so that with weight one the
    candidates are ordered by expected revenue instead of by purchase probability. -#}
{% macro value_bonus(price_amount, weight) -%}
    round({{ weight }} * ln(greatest({{ price_amount }}, {{ var('min_price_amount') }})), 9)
{%- endmacro %}
