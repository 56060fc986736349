{#- What rollback, hold, promote and withdraw are given, or an error in words: who and why are missing, nothing is
    published, no such channel or release. Returns the relation of decisions, the live release (none when all are
    withdrawn), and the releases that may be shown, newest first. What was retired is none of them. -#}
{% macro release_to_decide_on(channel, owner, reason, release_id) -%}
    {%- for name, value in {'channel': channel, 'owner': owner, 'reason': reason}.items()
        if value is none or not (value | string | trim) -%}
        {{ exceptions.raise_compiler_error(
            name ~ " is missing. Say which channel, who decides and why: "
            ~ "--args '{channel: email, owner: ada, reason: wrong prices}'") }}
    {%- endfor -%}
    {%- set releases = vitrine.existing_relation('releases', 'recommendation_releases') -%}
    {%- set live = vitrine.existing_relation('releases', 'live_releases') -%}
    {%- set pins = vitrine.existing_relation('releases', 'release_pins') -%}
    {%- if not (releases and live and pins) -%}
        {{ exceptions.raise_compiler_error("Nothing has been published yet: run dbt build first.") }}
    {%- elif 'decision' not in adapter.get_columns_in_relation(pins) | map(attribute='name') | list -%}
        {{ exceptions.raise_compiler_error(
            "An earlier version built this warehouse. Once, then again: dbt run --select release_pins live_releases") }}
    {%- endif -%}
    {%- set quoted = "'" ~ channel | string | replace("'", "''") ~ "'" -%}
    {%- set rows = run_query(
        "select releases.release_id, coalesce(decisions.decision, ''), decisions.recorded_at from " ~ releases
        ~ " as releases left join (" ~ vitrine.last_decisions(pins) ~ ") as decisions on releases.channel = "
        ~ "decisions.channel and releases.release_id = decisions.release_id where releases.channel = " ~ quoted
        ~ " order by releases.published_at desc, releases.release_id").rows -%}
    {%- if not rows -%}
        {%- set channels = run_query("select distinct channel from " ~ releases ~ " order by 1").columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            "Channel '" ~ channel ~ "' has no release. Channels: " ~ channels | join(', ')) }}
    {%- endif -%}
    {%- for row in rows if row[1] == 'retire' and row[0] == release_id -%}
        {{ exceptions.raise_compiler_error(
            "Release " ~ release_id ~ " of channel '" ~ channel ~ "' was retired on " ~ row[2]
            ~ ": its slates were older than release_retention_days and are deleted.") }}
    {%- endfor -%}
    {%- set kept = rows | rejectattr(1, 'equalto', 'retire') | list -%}
    {%- set known = kept | map(attribute=0) | list -%}
    {%- set shown = kept | rejectattr(1, 'equalto', 'withdraw') | map(attribute=0) | list -%}
    {%- if release_id is not none and release_id not in known -%}
        {{ exceptions.raise_compiler_error(
            "Channel '" ~ channel ~ "' has no release '" ~ release_id ~ "'. Newest first: " ~ known | join(', ')) }}
    {%- endif -%}
    {%- set live_rows = run_query("select release_id from " ~ live ~ " where channel = " ~ quoted).rows -%}
    {{ return({
        'pins': pins, 'known': known, 'shown': shown, 'live_id': live_rows[0][0] if live_rows else none
    }) }}
{%- endmacro %}
