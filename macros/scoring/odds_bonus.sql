{#- What a likelier response adds to a score: weight times the log-odds of its probability. Where the data supply no
    such probability (NULL) it adds nothing, and int_ranking__pools refuses a weight above zero. -#}
{% macro odds_bonus(probability, weight) -%}
    case
        when {{ probability }} is null then cast(0 as double)
        else
            round({{ weight }} * ln(
                greatest({{ probability }}, {{ var('tiny_share') }})
                / greatest(1 - {{ probability }}, {{ var('tiny_share') }})
            ), 9)
    end
{%- endmacro %}
