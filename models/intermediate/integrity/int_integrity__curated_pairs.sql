-- One row per product that goes with another by hand, from seeds/curated_pairs.csv, checked.

with usable as (
    {{ usable_seed_rows('curated_pairs', ref('curated_pairs')) | indent(4) }}
)

select
    anchor_product_id,
    product_id,
    verdict,
    cast(weight as double) as weight,
    cast(within_days as integer) as within_days,
    owner,
    valid_from_at,
    valid_until_at
from usable
