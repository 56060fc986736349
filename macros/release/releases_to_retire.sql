{# Channel, release, number of slots and connector of what is past its retention and needed by nobody. #}
{% macro releases_to_retire(releases, pins, experiments) -%}
with ranked as (
    select
        channel,
        release_id,
        published_at,
        as_of_at,
        slot_count,
        connector,
        row_number() over (partition by channel order by published_at desc, release_id asc) as place
    from {{ releases }}
),

live as (
    select
        ranked.channel,
        ranked.place
    from ({{ vitrine.live_releases_of(releases, pins) }}) as live_releases
    inner join ranked
        on live_releases.channel = ranked.channel and live_releases.release_id = ranked.release_id
)

select
    ranked.channel,
    ranked.release_id,
    ranked.slot_count,
    ranked.connector
from ranked
left join live on ranked.channel = live.channel
left join ({{ vitrine.last_decisions(pins) }}) as decisions
    on ranked.channel = decisions.channel and ranked.release_id = decisions.release_id
where
    -- Experiments are known of the connector that is built; releases of another wait for its own build.
    ranked.connector = '{{ var("connector") }}'
    and ranked.published_at < {{ days_after(
        'cast(current_timestamp as ' ~ dbt.type_timestamp() ~ ')', -var('release_retention_days')) }}
    and ranked.place > 2
    and coalesce(ranked.place not in (live.place, live.place + 1), true)
    and coalesce(decisions.decision, '') != 'retire'
    and not exists (
        select 1
        from {{ experiments }} as experiments
        where experiments.starts_at <= ranked.as_of_at and experiments.ends_at > ranked.as_of_at
    )
order by ranked.channel, ranked.published_at
{%- endmacro %}
