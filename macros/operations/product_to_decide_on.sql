{#- The product that kill_product and revive_product are given, with the kill that holds, or an error in words: who and
    why are missing, nothing is published, an older version built this, there is no such product. -#}
{% macro product_to_decide_on(product_id, owner, reason) -%}
    {%- set given = {'product_id': product_id, 'owner': owner, 'reason': reason} -%}
    {%- for name, value in given.items() if not (value | string | trim) or value is none -%}
        {{ exceptions.raise_compiler_error(
            name ~ " is missing. Say which product, who decides and why: "
            ~ "--args '{product_id: \"p1\", owner: ada, reason: recall}'") }}
    {%- endfor -%}
    {%- set slates = vitrine.existing_relation('releases', 'release_slates') -%}
    {%- set products = vitrine.existing_relation('staging', 'stg_products') -%}
    {%- set killed = vitrine.existing_relation('releases', 'killed_products') -%}
    {%- if not (slates and products) -%}
        {{ exceptions.raise_compiler_error("Nothing has been published yet: run dbt build first.") }}
    {%- elif not killed -%}
        {{ exceptions.raise_compiler_error(
            "An earlier version built this warehouse, and its public tables show killed products. Once, then again: "
            ~ "dbt run --select release_kills killed_products marts.recommendations") }}
    {%- endif -%}
    {%- set id = product_id | string -%}
    {%- set quoted = "'" ~ id | replace("'", "''") ~ "'" -%}
    {%- set found = run_query(
        "select products.product_id, products.product_name, killed.owner, killed.reason, killed.killed_at from ("
        ~ "select product_id, product_name from " ~ products ~ " union all select product_id, product_name from "
        ~ slates ~ ") as products left join " ~ killed ~ " as killed on products.product_id = killed.product_id "
        ~ "where products.product_id = " ~ quoted ~ " limit 1").rows -%}
    {%- if not found -%}
        {%- set close = run_query(
            "select product_id || ' (' || product_name || ')' from " ~ products
            ~ " order by case when lower(product_name) like '%' || lower(" ~ quoted ~ ") || '%' then 0 else 1 end, "
            ~ "levenshtein(product_id, " ~ quoted ~ "), product_id limit 5").columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            "No product has the id '" ~ id ~ "'. Close to it: " ~ close | join(', ') ~ ". All of them: "
            ~ "dbt show --limit 50 --inline \"select product_id, product_name from staging.stg_products\"."
            ~ ("" if product_id is string else " It was read as a number: in quotes it stays as it is written.")) }}
    {%- endif -%}
    {{ return({
        'product_id': id, 'label': id ~ " '" ~ found[0][1] ~ "'", 'killed_by': found[0][2],
        'kill_reason': found[0][3], 'killed_at': found[0][4]
    }) }}
{%- endmacro %}
