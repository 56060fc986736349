{#- Whether a salted hash puts this id into the given share: the same answer for ever, for any other rows.
    Compares the first four hex digits of an md5, so it needs no conversion that dialects disagree on. -#}
{% macro is_in_share(id_column, share, salt) -%}
    {%- if share < 0 or share > 1 -%}
        {{ exceptions.raise_compiler_error("A share must lie between 0 and 1, not " ~ share) }}
    {%- endif -%}
    {%- set limit = (share * 65536) | round | int -%}
    {%- if limit >= 65536 -%}
    true
    {%- else -%}
    substr({{ dbt.hash("'" ~ salt ~ "' || " ~ id_column) }}, 1, 4) < '{{ "%04x" % limit }}'
    {%- endif -%}
{%- endmacro %}
