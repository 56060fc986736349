{# Record that a product is killed or revived, and give readers their file anew. #}
{% macro record_kill(product_id, is_killed, owner, reason) -%}
    {%- set kills = vitrine.existing_relation('releases', 'release_kills') -%}
    {%- call statement('record_kill', auto_begin=true) -%}
        insert into {{ kills }} (product_id, is_killed, owner, reason, recorded_at)
        select
            '{{ product_id | replace("'", "''") }}',
            {{ is_killed }},
            '{{ owner | string | replace("'", "''") }}',
            '{{ reason | string | replace("'", "''") }}',
            cast(current_timestamp as {{ dbt.type_timestamp() }})
    {%- endcall -%}
    {#- The reader file is written over a connection of its own, which sees what is committed. -#}
    {%- do vitrine.commit() -%}
    {%- do vitrine.swap_reader_file() -%}
{%- endmacro %}
