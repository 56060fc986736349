{# A rate pulled towards another as if `strength` more trials had been seen at it; without any trial it is the other. #}
{% macro shrunk_rate(success_count, trial_count, prior_rate, strength) -%}
    (coalesce({{ success_count }}, 0) + {{ strength }} * {{ prior_rate }})
    / (coalesce({{ trial_count }}, 0) + cast({{ strength }} as double))
{%- endmacro %}
