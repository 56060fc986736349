-- A product that was out of stock, inactive or unsold for long at the cutoff is offered to nobody.

with products as (
    select * from {{ ref('int_features__products') }}
    where not is_sellable
)

select
    cutoff_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    product_id,
    'not_sellable' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    case
        when is_active = false then 'inactive'
        when stock_quantity <= 0 then 'out of stock'
        else 'not sold lately and no stock recorded'
    end as reason
from products
