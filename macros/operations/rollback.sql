{#- Give a channel's readers an earlier release, at once, and hold it against the next builds.
    dbt run-operation rollback --args '{channel: email, owner: ada, reason: wrong prices}'
    release_id: default the release before the live one. hold_days: builds within it publish without going live. -#}
{% macro rollback(channel=none, owner=none, reason=none, release_id=none, hold_days=7) -%}
    {%- set found = vitrine.release_to_decide_on(channel, owner, reason, release_id) -%}
    {%- if release_id is none -%}
        {%- set behind = found.known[found.known.index(found.live_id) + 1:] if found.live_id else [] -%}
        {%- set earlier = behind | select('in', found.shown) | list -%}
        {%- if not earlier -%}
            {{ exceptions.raise_compiler_error(
                "Release " ~ found.live_id ~ " is the oldest of channel '" ~ channel ~ "': nothing to roll back to.") }}
        {%- endif -%}
        {{ vitrine.pin_release(found.pins, 'rollback', channel, earlier[0], owner, reason, hold_days) }}
    {%- elif release_id not in found.shown -%}
        {{ exceptions.raise_compiler_error(
            "Release " ~ release_id ~ " of channel '" ~ channel
            ~ "' was withdrawn. To show it all the same, promote it.") }}
    {%- else -%}
        {{ vitrine.pin_release(found.pins, 'rollback', channel, release_id, owner, reason, hold_days) }}
    {%- endif -%}
{%- endmacro %}
