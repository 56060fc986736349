{#- Which release each channel's readers see: the newest that was not withdrawn, unless a decision (a rollback, a hold,
    a promotion) names another. A decision gives way to the first release published after its hold has ended. -#}
{% macro live_releases_of(releases, pins) -%}
{%- set withdrawn %}(
    select
        channel,
        release_id
    from ({{ vitrine.last_decisions(pins) }}) as last_decisions
    where decision in ('withdraw', 'retire')
){% endset -%}
select
    newest_releases.channel,
    case when pins.release_id is not null then pins.release_id else newest_releases.release_id end as release_id,
    pins.release_id is not null as is_pinned,
    pins.owner as pinned_by,
    pins.reason as pin_reason,
    pins.hold_until_at
from (
    select
        releases.channel,
        releases.release_id,
        releases.published_at,
        row_number() over (
            partition by releases.channel order by releases.published_at desc, releases.release_id asc
        ) as release_rank
    from {{ releases }} as releases
    left join {{ withdrawn }} as withdrawn
        on releases.channel = withdrawn.channel and releases.release_id = withdrawn.release_id
    where withdrawn.release_id is null
) as newest_releases
left join (
    select
        ranked_pins.*
    from (
        select
            *,
            row_number() over (partition by channel order by recorded_at desc, release_id asc) as pin_rank
        from {{ pins }}
        where coalesce(decision, 'rollback') not in ('withdraw', 'retire')
    ) as ranked_pins
    left join {{ withdrawn }} as withdrawn
        on ranked_pins.channel = withdrawn.channel and ranked_pins.release_id = withdrawn.release_id
    where ranked_pins.pin_rank = 1 and withdrawn.release_id is null
) as pins
    on
        newest_releases.channel = pins.channel
        and newest_releases.published_at < greatest(pins.hold_until_at, pins.recorded_at)
where newest_releases.release_rank = 1
{%- endmacro %}
