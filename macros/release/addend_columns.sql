{#- The addends of a score by the name of their objective, as the ledger has it: the column that keeps each in
    release_slates. The one of novelty is taken away. -#}
{% macro addend_columns() -%}
    {{ return({
        'purchase': 'purchase_addend',
        'click': 'click_bonus',
        'cart': 'cart_bonus',
        'value': 'value_bonus',
        'margin': 'margin_bonus',
        'novelty': 'popularity_penalty',
        'boost': 'boost',
    }) }}
{%- endmacro %}
