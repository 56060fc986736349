-- One row per product that stands in a slot of every slate, from seeds/pinned_slots.csv, checked.

with usable as (
    {{ usable_seed_rows('pinned_slots', ref('pinned_slots')) | indent(4) }}
)

select
    channel,
    pin_name,
    cast(slot as integer) as slot,
    product_id,
    valid_from_at,
    valid_until_at
from usable
