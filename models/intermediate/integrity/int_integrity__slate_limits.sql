-- One row per limit on the slots of a slate that holds for this connector, from seeds/slate_limits.csv, checked.

with usable as (
    {{ usable_seed_rows('slate_limits', ref('slate_limits')) | indent(4) }}
)

select
    channel,
    limit_name,
    limit_type,
    attribute_name,
    attribute_value,
    cast(slot_count as integer) as slot_count,
    valid_from_at,
    valid_until_at
from usable
