-- One row per cutoff and product: the price limits of seeds/price_limits.csv that hold for it, that of its category
-- before that of all.

with products as (
    select * from {{ ref('int_features__products') }}
),

price_limits as (
    select * from {{ ref('int_integrity__price_limits') }}
),

matched as (
    select
        products.cutoff_at,
        products.product_id,
        price_limits.max_price_ratio,
        price_limits.min_price_ratio,
        price_limits.min_margin_share,
        row_number() over (
            partition by products.cutoff_at, products.product_id order by price_limits.preference desc
        ) as preference_rank
    from products
    inner join price_limits
        on
            coalesce(price_limits.category, products.category) = products.category
            and {{ is_valid_at('price_limits', 'products.cutoff_at') }}
)

select
    cutoff_at,
    product_id,
    max_price_ratio,
    min_price_ratio,
    min_margin_share
from matched
where preference_rank = 1
