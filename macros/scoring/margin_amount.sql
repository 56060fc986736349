{# What a product earns: its price less its unit cost; NULL where the cost is not known. #}
{% macro margin_amount(products) -%}
    {{ products }}.price_amount - {{ products }}.unit_cost_amount
{%- endmacro %}
