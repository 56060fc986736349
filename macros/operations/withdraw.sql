{#- Take a release out for good: readers lose it at once, no rollback brings it back. Readers see the newest release
    before it that was not withdrawn, as long as a hold that stood on it lasts.
    dbt run-operation withdraw --args '{channel: email, owner: ada, reason: prices of the wrong country}'
    release_id: default the live one. -#}
{% macro withdraw(channel=none, owner=none, reason=none, release_id=none) -%}
    {%- set found = vitrine.release_to_decide_on(channel, owner, reason, release_id) -%}
    {%- set withdrawn_id = release_id or found.live_id -%}
    {%- if withdrawn_id not in found.shown -%}
        {{ exceptions.raise_compiler_error(
            "Release " ~ withdrawn_id ~ " of channel '" ~ channel ~ "' was withdrawn before. Nothing to do."
            if withdrawn_id else "Channel '" ~ channel ~ "' shows no release: all are withdrawn.") }}
    {%- endif -%}
    {%- set hold_until = run_query(
        "select hold_until_at from " ~ vitrine.existing_relation('releases', 'live_releases') ~ " where channel = '"
        ~ channel | string | replace("'", "''") ~ "' and release_id = '" ~ withdrawn_id ~ "' and is_pinned").rows -%}
    {%- set behind = found.known[found.known.index(withdrawn_id) + 1:] | select('in', found.shown) | list -%}
    {%- if hold_until and behind -%}
        {#- The release that takes its place is held as long, so that a newer one which was kept back stays back. -#}
        {%- set timestamp = dbt.type_timestamp() -%}
        {%- do vitrine.record_decision(
            found.pins, 'rollback', channel, behind[0], owner, reason,
            "cast(current_timestamp as " ~ timestamp ~ ") - interval 1 second",
            "cast('" ~ hold_until[0][0] ~ "' as " ~ timestamp ~ ")") -%}
    {%- endif -%}
    {{ vitrine.pin_release(found.pins, 'withdraw', channel, withdrawn_id, owner, reason, 0) }}
{%- endmacro %}
