{#- End a kill: readers see the product again where the live release has it, at once, and builds may choose it again.
    dbt run-operation revive_product --args '{product_id: "p1", owner: ada, reason: mended}' -#}
{% macro revive_product(product_id=none, owner=none, reason=none) -%}
    {%- set found = vitrine.product_to_decide_on(product_id, owner, reason) -%}
    {%- if found.kill_reason is none -%}
        {%- set killed = run_query("select product_id from "
            ~ vitrine.existing_relation('releases', 'killed_products') ~ " order by 1").columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            "Product " ~ found.label ~ " is not killed. Killed are: " ~ (killed | join(', ') or 'none')) }}
    {%- endif -%}
    {%- do vitrine.record_kill(found.product_id, false, owner, reason) -%}
    {%- do log("Revived: " ~ found.label ~ ", by " ~ owner ~ ": " ~ reason
        ~ ". The live release shows it again where it has it; the next build may choose it.", info=true) -%}
{%- endmacro %}
