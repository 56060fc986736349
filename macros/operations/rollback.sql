{#- Give a channel's readers an earlier release, at once, and hold it against the next builds.
    dbt run-operation rollback --args '{channel: email, owner: ada, reason: wrong prices}'
    release_id: default the release before the live one. hold_days: builds within it publish without going live. -#}
{% macro rollback(channel, owner, reason, release_id=none, hold_days=7) -%}
    {%- set releases = vitrine.existing_relation('releases', 'recommendation_releases') -%}
    {%- set live = vitrine.existing_relation('releases', 'live_releases') -%}
    {%- set pins = vitrine.existing_relation('releases', 'release_pins') -%}
    {%- if not (releases and live and pins) -%}
        {{ exceptions.raise_compiler_error("Nothing has been published yet: run dbt build first.") }}
    {%- endif -%}
    {%- set known = run_query("select release_id from " ~ releases ~ " where channel = '" ~ channel
        ~ "' order by published_at desc, release_id").columns[0].values() | list -%}
    {%- if not known -%}
        {%- set channels = run_query("select distinct channel from " ~ releases ~ " order by 1").columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            "Channel '" ~ channel ~ "' has no release. Channels: " ~ channels | join(', ')) }}
    {%- endif -%}
    {%- set live_id = run_query("select release_id from " ~ live ~ " where channel = '" ~ channel ~ "'").rows[0][0] -%}
    {%- if release_id is none -%}
        {%- set earlier = known[known.index(live_id) + 1:] -%}
        {%- if not earlier -%}
            {{ exceptions.raise_compiler_error(
                "Release " ~ live_id ~ " is the oldest of channel '" ~ channel ~ "': nothing to roll back to.") }}
        {%- endif -%}
        {%- set release_id = earlier[0] -%}
        {{ vitrine.pin_release(pins, channel, release_id, owner, reason, hold_days) }}
    {%- elif release_id not in known -%}
        {{ exceptions.raise_compiler_error(
            "Channel '" ~ channel ~ "' has no release '" ~ release_id ~ "'. Newest first: " ~ known | join(', ')) }}
    {%- else -%}
        {{ vitrine.pin_release(pins, channel, release_id, owner, reason, hold_days) }}
    {%- endif -%}
{%- endmacro %}
