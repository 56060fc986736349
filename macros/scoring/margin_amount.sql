{#- What a product earns: its price less its unit cost. NULL for all of them, since the input contract has no unit cost
    yet; with the column unit_cost_amount in int_features__products this becomes
    products.price_amount - products.unit_cost_amount, and nothing else changes. -#}
{% macro margin_amount(products) -%}
    cast(null as double)
{%- endmacro %}
