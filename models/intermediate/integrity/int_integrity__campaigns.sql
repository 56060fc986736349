-- One row per cutoff and channel with a campaign then, from seeds/campaigns.csv, checked. A row for this connector
-- stands before one for every connector.

with usable as (
    {{ usable_seed_rows('campaigns', ref('campaigns')) | indent(4) }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

ranked as (
    select
        cutoffs.cutoff_at,
        usable.*,
        row_number() over (
            partition by cutoffs.cutoff_at, usable.channel order by case when usable.is_own then 0 else 1 end asc
        ) as preference
    from cutoffs
    inner join usable on {{ is_valid_at('usable', 'cutoffs.cutoff_at') }}
)

select
    cutoff_at,
    channel,
    campaign_id,
    campaign_name,
    cast(hero_slot_count as integer) as hero_slot_count,
    cast(pair_slot_count as integer) as pair_slot_count,
    cast(suppress_buyers_days as integer) as suppress_buyers_days
from ranked
where preference = 1
