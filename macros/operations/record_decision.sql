{# Add a decision about a release to the table of decisions; recorded_at and hold_until_at are SQL. #}
{% macro record_decision(pins, decision, channel, release_id, owner, reason, recorded_at, hold_until_at) -%}
    {%- call statement('record_decision', auto_begin=true) -%}
        insert into {{ pins }} (channel, release_id, owner, reason, recorded_at, hold_until_at, decision)
        select
            '{{ channel | string | replace("'", "''") }}',
            '{{ release_id }}',
            '{{ owner | string | replace("'", "''") }}',
            '{{ reason | string | replace("'", "''") }}',
            {{ recorded_at }},
            {{ hold_until_at }},
            '{{ decision }}'
    {%- endcall -%}
{%- endmacro %}
