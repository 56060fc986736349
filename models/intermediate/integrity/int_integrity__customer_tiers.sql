-- One row per tier of customers of this connector and time that it holds, from seeds/customer_tiers.csv, checked.

with usable as (
    {{ usable_seed_rows('customer_tiers', ref('customer_tiers')) | indent(4) }}
)

select
    tier,
    cast(min_spent_amount as double) as min_spent_amount,
    cast(window_days as integer) as window_days,
    valid_from_at,
    valid_until_at
from usable
