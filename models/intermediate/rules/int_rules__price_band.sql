-- A candidate below the price floor, or too far from what the customer pays by seeds/price_limits.csv, is not offered.

with candidates as (
    select * from {{ ref('int_rules__pairs') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

tastes as (
    select * from {{ ref('int_features__customer_tastes') }}
),

product_limits as (
    select * from {{ ref('int_features__product_price_limits') }}
),

judged as (
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id,
        case
            when products.price_amount < cast({{ var('min_price_amount') }} as double) then 'below the price floor'
            when products.price_amount > tastes.max_price_amount * product_limits.max_price_ratio
                then 'far above what the customer ever paid'
            when products.price_amount < tastes.mean_price_amount * product_limits.min_price_ratio
                then 'far below what the customer usually pays'
        end as reason
    from candidates
    inner join products
        on
            candidates.cutoff_at = products.cutoff_at
            and candidates.product_id = products.product_id
    inner join tastes
        on
            candidates.cutoff_at = tastes.cutoff_at
            and candidates.customer_id = tastes.customer_id
    left join product_limits
        on
            candidates.cutoff_at = product_limits.cutoff_at
            and candidates.product_id = product_limits.product_id
)

select
    cutoff_at,
    customer_id,
    product_id,
    'price_band' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    reason
from judged
where reason is not null
