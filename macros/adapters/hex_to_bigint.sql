{# The number that eight hexadecimal digits stand for. #}
{% macro hex_to_bigint(digits) -%}
    {{ return(adapter.dispatch('hex_to_bigint', 'vitrine')(digits)) }}
{%- endmacro %}

{# DuckDB casts text that starts with 0x. #}
{% macro duckdb__hex_to_bigint(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}

{# Spark converts between bases. #}
{% macro spark__hex_to_bigint(digits) -%}
    cast(conv({{ digits }}, 16, 10) as bigint)
{%- endmacro %}
