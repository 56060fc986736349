{#- A number from 0 to below 1 that the salted hash of an id stands for: the same for ever, for any other rows, and for
    another salt as if drawn anew. From 32 bits of an md5. -#}
{% macro hashed_unit(id_column, salt) -%}
    {{ hex_to_bigint("substr(" ~ dbt.hash(salt ~ " || ':' || " ~ id_column) ~ ", 1, 8)") }} / cast(4294967296 as double)
{%- endmacro %}
