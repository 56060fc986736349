{# Record a decision about a channel's releases and give readers the release that it makes live. #}
{% macro pin_release(pins, decision, channel, release_id, owner, reason, hold_days) -%}
    {%- set now = "cast(current_timestamp as " ~ dbt.type_timestamp() ~ ")" -%}
    {%- do vitrine.record_decision(
        pins, decision, channel, release_id, owner, reason, now, days_after(now, hold_days | int)) -%}
    {#- The reader file is written over a connection of its own, which sees what is committed. -#}
    {%- do vitrine.commit() -%}
    {%- do vitrine.swap_reader_file() -%}
    {%- set live = run_query(
        "select release_id, is_pinned, hold_until_at from " ~ vitrine.existing_relation('releases', 'live_releases')
        ~ " where channel = '" ~ channel | string | replace("'", "''") ~ "'").rows -%}
    {%- set until = ", held until " ~ live[0][2] ~ " UTC" if live and live[0][1] and hold_days | int > 0 else "" -%}
    {%- do log("Channel " ~ channel ~ " shows "
        ~ ("release " ~ live[0][0] ~ until if live else "nothing until the next release: all are withdrawn")
        ~ " (" ~ decision ~ " by " ~ owner ~ ": " ~ reason ~ ")", info=true) -%}
{%- endmacro %}
