-- One row per release, channel and fallback level: whose choice its slots were, as a share.
{{ config(materialized='view') }}

with slates as (
    select * from {{ ref('release_slates') }}
),

releases as (
    select * from {{ ref('recommendation_releases') }}
)

select
    slates.release_id,
    slates.channel,
    -- Releases older than the column had own slates only.
    coalesce(slates.fallback_level, 'personal') as fallback_level,
    count(distinct slates.customer_id) as customer_count,
    count(*) as slot_count,
    count(*) / cast(max(releases.slot_count) as double) as slot_share
from slates
inner join releases
    on
        slates.release_id = releases.release_id
        and slates.channel = releases.channel
group by slates.release_id, slates.channel, coalesce(slates.fallback_level, 'personal')
