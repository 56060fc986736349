{# The last decision about each release of a channel: who, why, until when. Releases without one have no row. #}
{% macro last_decisions(pins) -%}
    select
        channel,
        release_id,
        coalesce(decision, 'rollback') as decision,
        owner,
        reason,
        recorded_at,
        hold_until_at
    from (
        select
            *,
            row_number() over (partition by channel, release_id order by recorded_at desc) as place
        from {{ pins }}
    ) as ranked_decisions
    where place = 1
{%- endmacro %}
