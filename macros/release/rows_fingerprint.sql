{#- A fingerprint of a table's rows that does not depend on their order: their number and the sum of a hash of each.
    Amounts are written with four decimals, so that an engine's way of printing a double does not matter. -#}
{% macro rows_fingerprint(relation, texts, amounts=[]) -%}
    select
        '{{ relation.identifier }}:' || cast(count(*) as {{ dbt.type_string() }}) || ':'
        || cast(coalesce(sum(cast({{ hex_to_bigint('substr(' ~ vitrine.row_hash(texts, amounts) ~ ', 1, 8)') }}
            as decimal(18, 0))), 0) as {{ dbt.type_string() }}) as table_fingerprint
    from {{ relation }}
{%- endmacro %}
