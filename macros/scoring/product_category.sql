{#- The category of a row of stg_products: without one its department, without that the var unknown_category. -#}
{% macro product_category(relation) -%}
    coalesce({{ relation }}.category, {{ relation }}.department, '{{ var("unknown_category") }}')
{%- endmacro %}
