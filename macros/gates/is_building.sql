{# True while a node really runs, so that parsing, compiling, linting and docs never query for a check. #}
{% macro is_building() -%}
    {{ return(execute and flags.WHICH in ('build', 'run', 'retry', 'test')) }}
{%- endmacro %}
