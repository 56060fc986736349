-- One row per customer and product that the customer bought before now.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
)

select
    customer_products.customer_id,
    customer_products.product_id,
    customer_products.last_ordered_at
from customer_products
inner join serve on customer_products.cutoff_at = serve.cutoff_at
