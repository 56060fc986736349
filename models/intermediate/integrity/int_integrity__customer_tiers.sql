-- One row per tier of customers of this connector, from seeds/customer_tiers.csv, checked; 1 is the lowest.

with usable as (
    {{ usable_seed_rows('customer_tiers', ref('customer_tiers')) | indent(4) }}
)

select
    tier,
    cast(row_number() over (order by cast(min_spent_amount as double) asc, tier asc) as integer) as tier_rank,
    cast(min_spent_amount as double) as min_spent_amount,
    cast(window_days as integer) as window_days
from usable
