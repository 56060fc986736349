-- One row per price limit of this connector, from seeds/price_limits.csv, checked. Of several that a product falls
-- under, the one of its category holds, and of those the one of the connector: the highest preference.

with usable as (
    {{ usable_seed_rows('price_limits', ref('price_limits')) | indent(4) }}
)

select
    category,
    cast(max_price_ratio as double) as max_price_ratio,
    cast(min_price_ratio as double) as min_price_ratio,
    cast(min_margin_share as double) as min_margin_share,
    case when category is null then 0 else 2 end + case when is_own then 1 else 0 end as preference,
    valid_from_at,
    valid_until_at
from usable
