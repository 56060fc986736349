{#- Give a channel's readers a release at once and end any hold: the next release goes live as usual. A release that was
    withdrawn is let back in.
    dbt run-operation promote --args '{channel: email, owner: ada, reason: looked at}'
    release_id: default the newest that was not withdrawn. -#}
{% macro promote(channel=none, owner=none, reason=none, release_id=none) -%}
    {%- set found = vitrine.release_to_decide_on(channel, owner, reason, release_id) -%}
    {%- if release_id is none and not found.shown -%}
        {{ exceptions.raise_compiler_error(
            "All releases of channel '" ~ channel ~ "' are withdrawn. Name the one to let back in, newest first: "
            ~ found.known | join(', ')) }}
    {%- endif -%}
    {{ vitrine.pin_release(found.pins, 'promote', channel, release_id or found.shown[0], owner, reason, 0) }}
{%- endmacro %}
