-- One row per piece. The house has no departments and no subcategories; a collection stands for a brand.

select
    piece as product_id,
    title as product_name,
    cast(null as {{ dbt.type_string() }}) as department,
    category,
    cast(null as {{ dbt.type_string() }}) as subcategory,
    collection as brand,
    true as is_merchandise,
    false as is_durable
from {{ vitrine.checked_source('atelier', 'pieces') }}
