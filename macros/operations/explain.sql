{#- Tell in plain words what became of one product for one customer in the newest build, per channel or for the one
    named.
    dbt run-operation explain --args '{customer_id: "c1", product_id: "p1"}' -#}
{% macro explain(customer_id=none, product_id=none, channel=none) -%}
    {%- set audit = vitrine.existing_relation('recommendations', 'recommendation_audit') -%}
    {%- set customers = vitrine.existing_relation('intermediate', 'int_release__audit_customers') -%}
    {%- set products = vitrine.existing_relation('intermediate', 'int_release__audit_products') -%}
    {%- if not (audit and customers and products) -%}
        {{ exceptions.raise_compiler_error("Nothing has been published yet: run dbt build first.") }}
    {%- endif -%}
    {%- do vitrine.raise_when_unknown(customers, 'customer_id', 'customer_id', customer_id) -%}
    {%- do vitrine.raise_when_unknown(products, 'product_id', 'product_name', product_id) -%}
    {%- if channel -%}{%- do vitrine.raise_when_unknown(customers, 'channel', 'channel', channel) -%}{%- endif -%}
    {%- set customer = "'" ~ customer_id | string | replace("'", "''") ~ "'" -%}
    {%- set product = "'" ~ product_id | string | replace("'", "''") ~ "'" -%}
    {%- set told = run_query(
        "select channel, is_in_audience, exclusion_reason, propensity_decile, purchase_probability, release_id from "
        ~ customers ~ " where customer_id = " ~ customer
        ~ (" and channel = '" ~ channel | replace("'", "''") ~ "'" if channel else "") ~ " order by channel").rows -%}
    {%- for row in told -%}
        {%- set place = "Channel " ~ row[0] ~ ", newest build (" ~ row[5] ~ ")" -%}
        {%- set who = "customer " ~ customer_id ~ (" has decile " ~ row[3] ~ " of " ~ var('decile_count')
            ~ " by purchase probability (" ~ "%.3f" | format(row[4]) ~ ")" if row[3] else " is known") -%}
        {%- do log(place ~ ": " ~ who ~ (", in the audience." if row[1] else ", not in the audience: " ~ row[2] ~ "."),
            info=true) -%}
        {%- for line in vitrine.explained_product(product) + vitrine.explained_candidate(customer, product)
            + vitrine.explained_score(row[0], customer, product)
            + vitrine.explained_outcome(audit, row[0], customer, product) -%}
            {%- do log("  " ~ line, info=true) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
