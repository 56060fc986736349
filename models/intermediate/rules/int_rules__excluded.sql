-- Products, categories and brands that the seed rule_exclusions keeps out of every slate while it is valid.

with exclusions as (
    select * from {{ ref('int_integrity__rule_exclusions') }}
),

products as (
    select * from {{ ref('int_features__products') }}
)

select
    products.cutoff_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    products.product_id,
    'excluded' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    min(exclusions.reason) as reason
from products
inner join exclusions
    on
        exclusions.value = case exclusions.exclusion_type
            when 'product' then products.product_id
            when 'brand' then products.brand
            else products.category
        end
        and {{ is_valid_at('exclusions', 'products.cutoff_at') }}
group by products.cutoff_at, products.product_id
