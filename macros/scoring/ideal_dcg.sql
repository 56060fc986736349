{#- A query with a row for each number of targets, 1 up to the slots looked at, and the DCG that finding all of them
    first would have. -#}
{% macro ideal_dcg(slot_count) -%}
    select
        slot_number as target_count,
        sum(1 / (ln(1 + slot_number) / ln(2))) over (order by slot_number asc) as ideal_dcg
    from (
        {%- for slot_number in range(1, slot_count + 1) %}
        select {{ slot_number }} as slot_number
        {%- if not loop.last %} union all {%- endif %}
        {%- endfor %}
    ) as slot_numbers
{%- endmacro %}
