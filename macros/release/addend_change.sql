{#- By how much an addend of the score differs between two releases: of what left as it would be now, 0 where one of the
    two is not known. -#}
{% macro addend_change(name, column) -%}
    {%- set change = "case when changed.is_shown then changed." ~ column ~ " else exits." ~ column
        ~ " end - changed.previous_" ~ column -%}
    coalesce({{ 'changed.previous_' ~ column ~ ' - case when changed.is_shown then changed.' ~ column ~ ' else exits.'
        ~ column ~ ' end' if name == 'novelty' else change }}, 0)
{%- endmacro %}
