{#- The order in which impressions that could claim a purchase or a cart get it, by the var attribution_rule: clicked
    ones before those only seen, then the last touch or the first. Ties go to the slot further up. -#}
{% macro touch_order() -%}
    {%- set directions = {'last_touch': 'desc', 'first_touch': 'asc'} -%}
    {%- if var('attribution_rule') not in directions -%}
        {{ exceptions.raise_compiler_error(
            "The var attribution_rule is '" ~ var('attribution_rule') ~ "'. Known rules: "
            ~ (directions.keys() | sort | join(', ')) ~ ".") }}
    {%- endif -%}
    {%- set direction = directions[var('attribution_rule')] -%}
    attribution asc, touched_at {{ direction }}, shown_at {{ direction }}, slot asc nulls last, impression_id asc
{%- endmacro %}
