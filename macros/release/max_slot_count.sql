{# The most slots that a policy may have: as int_integrity__policy_errors has it. #}
{% macro max_slot_count() -%}
    {{ return(50) }}
{%- endmacro %}
