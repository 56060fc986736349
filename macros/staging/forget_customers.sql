{#- Delete the customers whom this run found erased from every table that has a column customer_id, or the factors of
    one under entity_id: history and what models of earlier versions left behind included. Runs in the transaction
    that records them: both or neither. -#}
{% macro forget_customers() -%}
    {%- if execute -%}
        {%- set erased = "(select customer_hash from " ~ this ~ " where recorded_at >= cast('"
            ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "' as " ~ dbt.type_timestamp() ~ "))" -%}
        {%- set found = run_query("select count(*) from " ~ erased ~ " as erased").rows[0][0] -%}
        {%- if found -%}
            {%- for relation in vitrine.tables_with_column('customer_id') -%}
                {%- do vitrine.delete_rows(relation, "customer_id in ("
                    ~ vitrine.erased_ids(relation, erased) ~ ")") -%}
            {%- endfor -%}
            {%- for relation in vitrine.tables_with_column('entity_id') -%}
                {%- set customers = "(select entity_id as customer_id from " ~ relation
                    ~ " where entity_type = 'customer') as customers" -%}
                {%- do vitrine.delete_rows(relation, "entity_type = 'customer' and entity_id in ("
                    ~ vitrine.erased_ids(customers, erased) ~ ")") -%}
            {%- endfor -%}
            {#- The sample of a rejection is the key of a row, which for these is or holds the customer's id. -#}
            {%- for relation in vitrine.tables_with_column('sample_row_key') -%}
                {%- do vitrine.clear_column(relation, 'sample_row_key', "entity in ('customers', 'consents')") -%}
            {%- endfor -%}
            {%- do log(found ~ ' erased customers are out of every table.', info=true) -%}
        {%- endif -%}
    {%- endif -%}
    select 1
{%- endmacro %}
