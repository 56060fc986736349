{#- What may be told of a slot, the first that is true before the others, each with the placeholders that it can
    fill. -#}
{% macro reason_types() -%}
    {%- set product = ['product', 'category', 'brand'] -%}
    {{ return({
        'pinned': product,
        'curated': product,
        'carted': product,
        'wished': product,
        'anchor_bought': product + ['anchor_product', 'anchor_month', 'anchor_year'],
        'viewed': product,
        'new_arrival': product,
        'trending': product,
        'new_category': product,
        'look': product + ['anchor_product'],
        'segment': product + ['segment'],
        'popular': product,
        'explored': product,
        'taste': ['product'],
    }) }}
{%- endmacro %}
