{# The slots of a slate's rows in one text, smallest first: an aggregate that needs no order of the rows. #}
{% macro slot_list(slot) -%}
    substr(
        {%- for number in range(1, vitrine.max_slot_count() + 1) %}
        max(case when {{ slot }} = {{ number }} then ', {{ number }}' else '' end){{ ' ||' if not loop.last }}
        {%- endfor %}, 3
    )
{%- endmacro %}
