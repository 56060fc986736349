{# The listed columns of one relation, qualified, so that a wide select says what it takes and from where. #}
{% macro columns_of(relation_alias, column_names) -%}
    {%- for column_name in column_names %}
    {{ relation_alias }}.{{ column_name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
