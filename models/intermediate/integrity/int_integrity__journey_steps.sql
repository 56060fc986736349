-- One row per step of a journey, from seeds/journey_steps.csv, checked.

with usable as (
    {{ usable_seed_rows('journey_steps', ref('journey_steps')) | indent(4) }}
)

select
    journey_name,
    step_name,
    anchor_attribute,
    anchor_value,
    next_attribute,
    next_value,
    cast(after_days as integer) as after_days,
    owner,
    valid_from_at,
    valid_until_at
from usable
