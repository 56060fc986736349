{#- Take one product out of everything readers see, at once and without a build, and keep it out of every build until
    revive_product. The slots that remain keep their numbers.
    dbt run-operation kill_product --args '{product_id: "p1", owner: ada, reason: recall}' -#}
{% macro kill_product(product_id=none, owner=none, reason=none) -%}
    {%- set found = vitrine.product_to_decide_on(product_id, owner, reason) -%}
    {%- if found.kill_reason is not none -%}
        {#- A first attempt may have died before the reader file was written. -#}
        {%- do vitrine.swap_reader_file() -%}
        {{ exceptions.raise_compiler_error(
            "Product " ~ found.label ~ " is killed already, since " ~ found.killed_at ~ " UTC by " ~ found.killed_by
            ~ ": " ~ found.kill_reason ~ ". Nothing to do; revive_product brings it back.") }}
    {%- endif -%}
    {%- set before = vitrine.rows_naming_product(found.product_id) -%}
    {%- do vitrine.record_kill(found.product_id, true, owner, reason) -%}
    {%- set after = vitrine.rows_naming_product(found.product_id) -%}
    {%- for table_name, row_count in before.items() if row_count != after[table_name] -%}
        {%- do log(table_name ~ ': ' ~ (row_count - after[table_name]) ~ ' rows no longer name it', info=true) -%}
    {%- endfor -%}
    {%- do log("Killed: " ~ found.label ~ ", by " ~ owner ~ ": " ~ reason ~ ". It stays out of every build until "
        ~ "revive_product; the next build fills the free slots. Mails already handed over are not called back.",
        info=true) -%}
{%- endmacro %}
