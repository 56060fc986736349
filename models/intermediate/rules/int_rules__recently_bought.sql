-- What a customer bought lately rests, and the whole category of a durable product rests with it.

with customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

recent_purchases as (
    select
        customer_products.cutoff_at,
        customer_products.customer_id,
        customer_products.product_id,
        products.category,
        products.is_durable
    from customer_products
    inner join products
        on
            customer_products.cutoff_at = products.cutoff_at
            and customer_products.product_id = products.product_id
    where
        {{ dbt.datediff('customer_products.last_ordered_at', 'customer_products.cutoff_at', 'day') }}
        <= case
            when products.is_durable then {{ var('durable_rest_days') }} else {{ var('recently_bought_days') }}
        end
),

resting_products as (
    select
        cutoff_at,
        customer_id,
        product_id,
        'bought lately' as reason
    from recent_purchases
    union
    select
        recent_purchases.cutoff_at,
        recent_purchases.customer_id,
        products.product_id,
        'a durable product of this category was bought lately' as reason
    from recent_purchases
    inner join products
        on
            recent_purchases.cutoff_at = products.cutoff_at
            and recent_purchases.category = products.category
    where
        recent_purchases.is_durable
        and products.is_durable
        and products.is_sellable
        and recent_purchases.product_id != products.product_id
)

select
    cutoff_at,
    customer_id,
    product_id,
    'recently_bought' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    min(reason) as reason
from resting_products
group by cutoff_at, customer_id, product_id
