-- One row per channel and objective that has a weight though the data of this build cannot say it.

with weights as (
    select * from {{ ref('int_integrity__objective_weights') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

known as (
    select count({{ margin_amount('products') }}) as margin_count
    from products
)

select
    'objective margin has weight ' || cast(weights.margin_weight as {{ dbt.type_string() }}) || ' for channel '
    || weights.channel || ', but connector {{ var("connector") }} has no unit cost of any product: set it to 0'
        as problem
from weights
cross join known
where weights.margin_weight > 0 and known.margin_count = 0
