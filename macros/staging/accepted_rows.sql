{#- The accepted rows of an entity. Stops when more of its rows were rejected for one reason than is tolerated, or
    when an entity that nothing works without is empty: whatever reads staging is behind this gate. -#}
{% macro accepted_rows(entity, columns) -%}
    {%- set checked = ref('stg_checked_' ~ entity) -%}
    {%- set counts = ref('stg_rejection_counts') -%}
    {{- vitrine.raise_when_any(
        "select entity || ': ' || cast(row_count as " ~ dbt.type_string() ~ ") || ' rows (' || "
        ~ "cast(round(100 * row_share, 2) as " ~ dbt.type_string() ~ ") || '%) rejected for ' || reason || "
        ~ "', tolerated ' || cast(round(100 * tolerated_share, 2) as " ~ dbt.type_string() ~ ") || "
        ~ "'%; for example row ' || coalesce(sample_row_key, '(none)') from " ~ counts
        ~ " where entity = '" ~ entity ~ "' and not is_tolerated order by reason",
        "Too many rows of the input break the contract. Look at them with: select * from "
        ~ ref('stg_rejected_rows') ~ ". Mend the source, or raise max_rejected_share_by_reason:"
    ) -}}
    {%- if entity in ('customers', 'products', 'order_lines') -%}
    {{- vitrine.raise_when_any(
        "select '" ~ entity ~ " is empty' from (select count(*) as row_count from " ~ checked
        ~ " where rejection_reason is null) as counted where row_count = 0",
        "The connector " ~ var('connector') ~ " has no usable rows before as_of (" ~ as_of() ~ "):"
    ) -}}
    {%- endif -%}
select
    {%- for name in columns %}
    {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ checked }}
where rejection_reason is null
{%- endmacro %}
