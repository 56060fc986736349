-- One row per slate slot judged, with the product's category, popularity and worth at that cutoff.

with slates as (
    select * from {{ ref('int_evaluation__slates') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

scores as (
    select * from {{ ref('int_ranking__scores') }}
)

select
    slates.*,
    products.category,
    products.brand,
    products.price_percentile,
    products.popularity_percentile,
    scores.purchase_probability * products.price_amount as expected_value_amount
from slates
inner join products
    on
        slates.cutoff_at = products.cutoff_at
        and slates.product_id = products.product_id
inner join scores
    on
        slates.cutoff_at = scores.cutoff_at
        and slates.customer_id = scores.customer_id
        and slates.product_id = scores.product_id
