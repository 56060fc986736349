-- A product whose known unit cost leaves less than the margin of seeds/price_limits.csv is offered to nobody.

with products as (
    select * from {{ ref('int_features__products') }}
),

product_limits as (
    select * from {{ ref('int_features__product_price_limits') }}
)

select
    products.cutoff_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    products.product_id,
    'min_margin' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    'its margin is below the smallest allowed' as reason
from products
inner join product_limits
    on
        products.cutoff_at = product_limits.cutoff_at
        and products.product_id = product_limits.product_id
where {{ margin_amount('products') }} < product_limits.min_margin_share * products.price_amount
