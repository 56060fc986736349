-- One row per cutoff and tier that seeds/customer_tiers.csv defines then; rank 1 is reached with the least spending.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

tiers as (
    select * from {{ ref('int_integrity__customer_tiers') }}
)

select
    cutoffs.cutoff_at,
    tiers.tier,
    cast(row_number() over (
        partition by cutoffs.cutoff_at order by tiers.min_spent_amount asc, tiers.tier asc
    ) as integer) as tier_rank,
    tiers.min_spent_amount,
    tiers.window_days
from cutoffs
inner join tiers on {{ is_valid_at('tiers', 'cutoffs.cutoff_at') }}
