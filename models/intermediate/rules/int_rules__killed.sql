-- Products that are killed now are offered to nobody.
-- A kill is a decision of today, by the clock: it holds at the serve cutoff whatever as_of the build has, and at no
-- earlier cutoff. What was learned from and judged there happened without it, so a kill changes no fit and no metric.

with killed_products as (
    select * from {{ ref('killed_products') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
)

select
    serve.cutoff_at,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    killed_products.product_id,
    'killed' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    killed_products.reason
from serve
cross join killed_products
