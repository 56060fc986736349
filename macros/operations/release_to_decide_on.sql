{#- What rollback, hold, promote and withdraw are given, or an error in words: who and why are missing, nothing is
    published, no such channel or release. Returns the relation of decisions, the live release (none when all are
    withdrawn), and the releases that may be shown, newest first. -#}
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
        "select release_id, is_withdrawn from (select releases.release_id, releases.published_at, "
        ~ "coalesce(last_decisions.decision = 'withdraw', false) as is_withdrawn from " ~ releases ~ " as releases "
        ~ "left join (select *, row_number() over (partition by channel, release_id order by recorded_at desc) "
        ~ "as place from " ~ pins ~ ") as last_decisions on releases.channel = last_decisions.channel and "
        ~ "releases.release_id = last_decisions.release_id and last_decisions.place = 1 where releases.channel = "
        ~ quoted ~ ") as known order by published_at desc, release_id").rows -%}
    {%- if not rows -%}
        {%- set channels = run_query("select distinct channel from " ~ releases ~ " order by 1").columns[0].values() -%}
        {{ exceptions.raise_compiler_error(
            "Channel '" ~ channel ~ "' has no release. Channels: " ~ channels | join(', ')) }}
    {%- endif -%}
    {%- set known, shown = rows | map(attribute=0) | list, rows | rejectattr(1) | map(attribute=0) | list -%}
    {%- if release_id is not none and release_id not in known -%}
        {{ exceptions.raise_compiler_error(
            "Channel '" ~ channel ~ "' has no release '" ~ release_id ~ "'. Newest first: " ~ known | join(', ')) }}
    {%- endif -%}
    {%- set live_rows = run_query("select release_id from " ~ live ~ " where channel = " ~ quoted).rows -%}
    {{ return({
        'pins': pins, 'known': known, 'shown': shown, 'live_id': live_rows[0][0] if live_rows else none
    }) }}
{%- endmacro %}
