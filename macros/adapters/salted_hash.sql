{#- A text that stands for a value without telling it: SHA-256 of the salt and the value, in 64 hexadecimal digits. -#}
{% macro salted_hash(expression, salt) -%}
    {{ return(adapter.dispatch('salted_hash', 'vitrine')(expression, salt | replace("'", "''"))) }}
{%- endmacro %}

{# DuckDB gives the digits. #}
{% macro duckdb__salted_hash(expression, salt) -%}
    sha256('{{ salt }}:' || {{ expression }})
{%- endmacro %}

{# Spark's SHA-2 family, by the number of bits. #}
{% macro spark__salted_hash(expression, salt) -%}
    sha2(concat('{{ salt }}:', {{ expression }}), 256)
{%- endmacro %}
