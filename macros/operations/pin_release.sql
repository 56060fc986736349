{# Record a pin and give readers the pinned release. #}
{% macro pin_release(pins, channel, release_id, owner, reason, hold_days) -%}
    {%- set now = "cast(current_timestamp as " ~ dbt.type_timestamp() ~ ")" -%}
    {%- call statement('pin_release', auto_begin=true) -%}
        insert into {{ pins }} (channel, release_id, owner, reason, recorded_at, hold_until_at)
        select
            '{{ channel }}',
            '{{ release_id }}',
            '{{ owner | replace("'", "''") }}',
            '{{ reason | replace("'", "''") }}',
            {{ now }},
            {{ days_after(now, hold_days | int) }}
    {%- endcall -%}
    {#- The reader file is written over a connection of its own, which sees what is committed. -#}
    {%- do adapter.commit() -%}
    {%- do vitrine.swap_reader_file() -%}
    {%- set held = ", held for " ~ hold_days ~ " days: " ~ reason -%}
    {%- do log("Channel " ~ channel ~ " shows release " ~ release_id ~ held, info=true) -%}
{%- endmacro %}
