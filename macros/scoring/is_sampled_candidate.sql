{#- Whether a hash of a candidate's keys puts it into a share: the same candidates in every model that asks with the
    same salt. -#}
{% macro is_sampled_candidate(relation, share, salt) -%}
    {{ is_in_share(
        relation ~ ".customer_id || '|' || " ~ relation ~ ".product_id || '|' || cast(" ~ relation ~ ".cutoff_at as "
        ~ dbt.type_string() ~ ")", share, salt
    ) }}
{%- endmacro %}
