-- A candidate below the price floor, or far above everything the customer ever paid, is not offered.

with candidates as (
    select distinct
        cutoff_at,
        customer_id,
        product_id
    from {{ ref('int_candidates__all') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

tastes as (
    select * from {{ ref('int_features__customer_tastes') }}
)

select
    candidates.cutoff_at,
    candidates.customer_id,
    candidates.product_id,
    'price_band' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    case
        when products.price_amount < cast({{ var('min_price_amount') }} as double) then 'below the price floor'
        else 'far above what the customer ever paid'
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
where
    products.price_amount < cast({{ var('min_price_amount') }} as double)
    or products.price_amount > tastes.max_price_amount * {{ var('max_price_ratio') }}
