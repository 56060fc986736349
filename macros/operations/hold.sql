{#- Keep what a channel's readers see now: builds within the hold publish without going live. `promote` ends it early.
    dbt run-operation hold --args '{channel: email, owner: ada, reason: press week, hold_days: 5}' -#}
{% macro hold(channel=none, owner=none, reason=none, hold_days=7) -%}
    {%- set found = vitrine.release_to_decide_on(channel, owner, reason, none) -%}
    {%- if found.live_id is none -%}
        {{ exceptions.raise_compiler_error(
            "Channel '" ~ channel ~ "' shows no release: all are withdrawn. There is nothing to hold.") }}
    {%- elif hold_days | int <= 0 -%}
        {{ exceptions.raise_compiler_error("hold_days is " ~ hold_days ~ ", must be a whole number from 1.") }}
    {%- endif -%}
    {{ vitrine.pin_release(found.pins, 'hold', channel, found.live_id, owner, reason, hold_days) }}
{%- endmacro %}
