{#- What is kept of an erased customer's id: SHA-256 of the salt, a colon and the id, in 64 hexadecimal digits. The
    salt is the environment's, so that it lies beside no data: with it and a list of ids anybody could tell who is
    meant. -#}
{% macro customer_hash(expression) -%}
    {{ return(adapter.dispatch('customer_hash', 'vitrine')(expression)) }}
{%- endmacro %}

{# DuckDB: the plug-in tells each cursor the salt, which so stands in no text of SQL. #}
{% macro duckdb__customer_hash(expression) -%}
    sha256(getvariable('vitrine_erasure_salt') || ':' || {{ expression }})
{%- endmacro %}

{# Spark's SHA-2 family, by the number of bits. Its SQL holds the salt: keep the logs of dbt as you keep the salt. #}
{% macro spark__customer_hash(expression) -%}
    sha2(concat('{{ env_var("VITRINE_ERASURE_SALT", "vitrine") | replace("'", "''") }}:', {{ expression }}), 256)
{%- endmacro %}
