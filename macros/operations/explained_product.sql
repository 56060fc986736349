{# What explain says of a product by itself: whether it may be sold, and whether it is killed. #}
{% macro explained_product(product) -%}
    {%- set products = vitrine.existing_relation('intermediate', 'int_release__audit_products') -%}
    {%- set killed = vitrine.existing_relation('releases', 'killed_products') -%}
    {%- set row = run_query(
        "select products.product_id, products.product_name, products.is_sellable, products.unsellable_reason, "
        ~ "killed.reason, killed.owner from " ~ products ~ " as products left join " ~ killed
        ~ " as killed on products.product_id = killed.product_id where products.product_id = " ~ product).rows[0] -%}
    {%- set lines = ["Product " ~ row[0] ~ " '" ~ row[1] ~ "' can"
        ~ (" be sold." if row[2] else "not be sold: " ~ row[3] ~ ".")] -%}
    {%- if row[4] -%}{%- do lines.append("It is killed, by " ~ row[5] ~ ": " ~ row[4] ~ ".") -%}{%- endif -%}
    {{ return(lines) }}
{%- endmacro %}
