{#- What is kept of an erased customer's id. The salt is the environment's, so that it lies beside no data: with it, and
    a list of ids, anybody could tell who is meant. -#}
{% macro customer_hash(expression) -%}
    {{ vitrine.salted_hash(expression, env_var('VITRINE_ERASURE_SALT', 'vitrine')) }}
{%- endmacro %}
