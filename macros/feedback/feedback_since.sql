{#- The instant from which an incremental model of feedback works out rows anew, or reads what they are made from:
    margin_days before that of the build. Without a table of its own yet, the beginning. -#}
{% macro feedback_since(period, margin_days=0) -%}
    {%- if is_night() -%}
    (select {{ days_after('since_at', -margin_days) }} from {{ period }})
    {%- else -%}
    cast('1900-01-01' as {{ dbt.type_timestamp() }})
    {%- endif -%}
{%- endmacro %}
