-- What is sold in person only is offered in no mail and on no site: the categories of the var quiet_categories.

select
    cutoff_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    product_id,
    'quiet_categories' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    'sold in person only' as reason
from {{ ref('int_features__products') }}
where category in ('{{ var("quiet_categories") | join("', '") }}')
