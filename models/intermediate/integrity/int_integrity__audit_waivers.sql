-- One row per waiver of this connector, from seeds/audit_waivers.csv, checked.

with usable as (
    {{ usable_seed_rows('audit_waivers', ref('audit_waivers')) | indent(4) }}
)

select
    channel,
    audit_name,
    owner,
    reason,
    valid_from_at,
    valid_until_at
from usable
