-- One row per product, category or brand that is kept out of slates, from seeds/rule_exclusions.csv, checked.

with usable as (
    {{ usable_seed_rows('rule_exclusions', ref('rule_exclusions')) | indent(4) }}
)

select
    exclusion_type,
    value,
    reason,
    owner,
    valid_from_at,
    valid_until_at
from usable
