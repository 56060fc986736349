-- One row per cutoff and product that somebody viewed, wanted or was shown before it: interest lately, and what came
-- of it.

with interests as (
    select * from {{ ref('int_features__customer_product_interests') }}
),

product_interests as (
    select
        cutoff_at,
        product_id,
        cast(sum(case when days_since_view <= {{ var('horizon_days') }} then 1 else 0 end) as double) as viewer_count,
        cast(sum(case when days_since_want <= {{ var('horizon_days') }} then 1 else 0 end) as double) as wanting_count,
        cast(sum(cast(view_weight as decimal(18, 9))) as double) as view_weight,
        cast(sum(cast(want_weight as decimal(18, 9))) as double) as want_weight,
        cast(sum(click_count) as double) / nullif(sum(shown_count), 0) as click_ratio
    from interests
    group by cutoff_at, product_id
)

select
    product_interests.*,
    product_interests.wanting_count / nullif(product_interests.viewer_count, 0) as want_ratio,
    sales.horizon_buyer_count / nullif(product_interests.viewer_count, 0) as conversion_ratio
from product_interests
left join {{ ref('int_features__product_sales') }} as sales
    on
        product_interests.cutoff_at = sales.cutoff_at
        and product_interests.product_id = sales.product_id
