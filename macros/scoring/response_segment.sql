{# The segment that responses are counted in: who ordered within the given days before an instant, and all others. #}
{% macro response_segment(last_ordered_at, instant, recent_days) -%}
    case
        when {{ last_ordered_at }} >= {{ days_after(instant, -recent_days) }} then 'recent_buyer' else 'other_customer'
    end
{%- endmacro %}
