{# How long after an impression anything may still be credited to it, in days: the longest way through the windows. #}
{% macro attribution_days() -%}
    {{ return([
        var('click_attribution_days') + var('click_through_days'),
        var('click_attribution_days') + var('cart_attribution_days'),
        var('view_through_days')
    ] | max) }}
{%- endmacro %}
