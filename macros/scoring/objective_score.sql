{# The sum of the addends of a relation that has them as columns: an objective score. #}
{% macro objective_score(relation) -%}
    round(
        {%- for name, addend in vitrine.objective_addends().items() %}
        {{ addend[0] if not loop.first }} {{ relation }}.{{ name }}
        {%- endfor %}, 9
    )
{%- endmacro %}
