{#- What a product that earns more gains in its score: weight times the logarithm of its margin, as value_bonus. A
    margin that is not known counts as the smallest. -#}
{% macro margin_bonus(margin_amount, weight) -%}
    round({{ weight }} * ln(
        greatest(coalesce({{ margin_amount }}, {{ var('min_price_amount') }}), {{ var('min_price_amount') }})
    ), 9)
{%- endmacro %}
