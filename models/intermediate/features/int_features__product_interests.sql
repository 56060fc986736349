-- One row per cutoff and product that somebody viewed, wished for or carted before it: how much everybody is after it.

with interests as (
    select * from {{ ref('int_features__customer_product_interests') }}
)

select
    cutoff_at,
    product_id,
    cast(sum(cast(view_weight as decimal(18, 9))) as double) as view_weight,
    cast(sum(cast(want_weight as decimal(18, 9))) as double) as want_weight
from interests
group by cutoff_at, product_id
