-- One row per contact limit of this connector, from seeds/contact_limits.csv, checked.

with usable as (
    {{ usable_seed_rows('contact_limits', ref('contact_limits')) | indent(4) }}
)

select
    channel,
    limit_name,
    limit_type,
    counted_channel,
    cast(max_count as integer) as max_count,
    cast(within_days as integer) as within_days,
    valid_from_at,
    valid_until_at
from usable
