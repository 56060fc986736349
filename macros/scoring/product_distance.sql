{#- Distance of two products of a slate, 0 to 1: different category, different brand, apart in price, in the shares of
    the vars. A brand that is not known differs from every other. -#}
{% macro product_distance(one, other) -%}
    {{ var('category_distance_weight') }} * case when {{ one }}.category = {{ other }}.category then 0 else 1 end
    + {{ var('brand_distance_weight') }} * case when {{ one }}.brand = {{ other }}.brand then 0 else 1 end
    + {{ var('price_distance_weight') }} * abs({{ one }}.price_percentile - {{ other }}.price_percentile)
{%- endmacro %}
