{# Whether a model of feedback goes on from the rows of an earlier build. Unit tests, without a table, say so. #}
{% macro is_night() -%}
    {{ return(is_incremental()) }}
{%- endmacro %}
