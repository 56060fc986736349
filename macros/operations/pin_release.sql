{# Record a pin and give readers the pinned release. #}
{% macro pin_release(pins, channel, release_id, owner, reason, hold_days) -%}
    {%- do run_query(
        "insert into " ~ pins ~ " (channel, release_id, owner, reason, recorded_at, hold_until_at) select '" ~ channel
        ~ "', '" ~ release_id ~ "', '" ~ owner | replace("'", "''") ~ "', '" ~ reason | replace("'", "''")
        ~ "', cast(current_timestamp as " ~ dbt.type_timestamp() ~ "), " ~ dbt.dateadd(
            'day', hold_days | int, "cast(current_timestamp as " ~ dbt.type_timestamp() ~ ")")
    ) -%}
    {%- do vitrine.swap_reader_file() -%}
    {%- do log("Channel " ~ channel ~ " shows release " ~ release_id ~ ", held for " ~ hold_days ~ " days: " ~ reason, info=true) -%}
{%- endmacro %}
