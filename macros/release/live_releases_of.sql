{#- Which release each channel's readers see: the newest one, unless a pin (a rollback) names another. A pin gives
    way to the first release that is published after its hold has ended. -#}
{% macro live_releases_of(releases, pins) -%}
select
    newest_releases.channel,
    case when pins.release_id is not null then pins.release_id else newest_releases.release_id end as release_id,
    pins.release_id is not null as is_pinned,
    pins.owner as pinned_by,
    pins.reason as pin_reason,
    pins.hold_until_at
from (
    select
        channel,
        release_id,
        published_at,
        row_number() over (partition by channel order by published_at desc, release_id asc) as release_rank
    from {{ releases }}
) as newest_releases
left join (
    select
        *,
        row_number() over (partition by channel order by recorded_at desc, release_id asc) as pin_rank
    from {{ pins }}
) as pins
    on
        newest_releases.channel = pins.channel
        and pins.pin_rank = 1
        and newest_releases.published_at < greatest(pins.hold_until_at, pins.recorded_at)
where newest_releases.release_rank = 1
{%- endmacro %}
