{#- What a popular product loses from its score: strength times how far the log of its recent buyers lies
    above the catalogue's mean, in standard deviations. Unpopular products gain nothing, so that the penalty
    debiases without turning the slate into a list of oddities. -#}
{% macro popularity_penalty(popularity_z, strength) -%}
    round({{ strength }} * greatest({{ popularity_z }}, 0), 9)
{%- endmacro %}
