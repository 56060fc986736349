-- One row per channel, customer and product that entered, left or moved between the live release and the one before it,
-- with the cause. A product that is killed by now stands only where it left.

with changes as (
    select * from {{ ref('int_release__changes') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

hidden_customers as (
    select * from {{ ref('hidden_customers') }}
)

select
    changes.release_id,
    changes.previous_release_id,
    changes.channel,
    changes.customer_id,
    changes.product_id,
    changes.product_name,
    changes.change,
    cast(changes.slot as integer) as slot,
    cast(changes.previous_slot as integer) as previous_slot,
    changes.cause,
    changes.detail,
    case when killed_others.product_id is null then changes.related_product_id end as related_product_id,
    cast(changes.as_of_at as {{ dbt.type_timestamp() }}) as as_of_at,
    cast(changes.published_at as {{ dbt.type_timestamp() }}) as published_at
from changes
left join killed_products on changes.product_id = killed_products.product_id
left join killed_products as killed_others on changes.related_product_id = killed_others.product_id
left join hidden_customers
    on changes.channel = hidden_customers.channel and changes.customer_id = hidden_customers.customer_id
where
    (killed_products.product_id is null or changes.change = 'out')
    and hidden_customers.customer_id is null
