-- One row per pair that never, or always, shares a slate of this connector, from seeds/slate_pairs.csv, checked.

with usable as (
    {{ usable_seed_rows('slate_pairs', ref('slate_pairs')) | indent(4) }}
)

select
    channel,
    pair_name,
    pair_type,
    attribute_name,
    attribute_value,
    other_attribute_name,
    other_attribute_value,
    valid_from_at,
    valid_until_at
from usable
