-- One row per view, cart or wish of a product that can be offered, with the product's place in the range and the first
-- cutoff that can see it.

with events as (
    select * from {{ ref('stg_events') }}
    where event_type in ('view', 'cart', 'wishlist')
),

products as (
    select * from {{ ref('stg_products') }}
    where is_merchandise
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
)

select
    events.event_id,
    events.event_type,
    events.customer_id,
    events.product_id,
    {{ product_category('products') }} as category,
    products.brand,
    events.occurred_at,
    cutoffs.cutoff_at as first_cutoff_at
from events
inner join products on events.product_id = products.product_id
inner join cutoffs
    on
        events.occurred_at < cutoffs.cutoff_at
        and (cutoffs.previous_cutoff_at is null or events.occurred_at >= cutoffs.previous_cutoff_at)
