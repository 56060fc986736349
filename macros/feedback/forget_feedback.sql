{#- Delete the rows of an incremental model of feedback that this build works out anew, and those after its as_of. -#}
{% macro forget_feedback(column, margin_days=0) -%}
    {%- set period = ref('int_feedback__period') -%}
    {%- if is_night() -%}
    {{ vitrine.delete_statement(this, column ~ ' >= ' ~ vitrine.feedback_since(period, margin_days)) }}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
