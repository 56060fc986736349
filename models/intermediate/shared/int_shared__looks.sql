-- One row per anchor product and product that completes the look: what is bought with it, from other categories, and as
-- reserves what the customers of its category find new.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

anchors as (
    select products.*
    from {{ ref('int_features__products') }} as products
    inner join serve on products.cutoff_at = serve.cutoff_at
    where products.is_sellable
),

pairs as (
    select product_pairs.*
    from {{ ref('int_features__product_pairs') }} as product_pairs
    inner join serve on product_pairs.cutoff_at = serve.cutoff_at
    where product_pairs.pair_scope = 'basket'
),

finds as (
    select * from {{ ref('int_shared__finds') }}
),

proposed as (
    select
        anchors.product_id as anchor_product_id,
        pairs.companion_product_id as product_id,
        0 as reserve_flag,
        ln(1 + pairs.shared_count) + ln(pairs.shrunk_lift) as base_score
    from anchors
    inner join pairs on anchors.product_id = pairs.product_id
    inner join anchors as companions on pairs.companion_product_id = companions.product_id
    where anchors.category != companions.category
    union all
    select
        anchors.product_id as anchor_product_id,
        finds.product_id,
        1 as reserve_flag,
        ln(1 + finds.customer_count) as base_score
    from anchors
    inner join finds on anchors.category = finds.category
    inner join anchors as companions on finds.product_id = companions.product_id
    where anchors.category != companions.category
)

select
    anchor_product_id,
    product_id,
    min(reserve_flag) = 1 as is_reserve,
    max_by(base_score, -reserve_flag) as base_score
from proposed
group by anchor_product_id, product_id
