-- What a row of seeds/pinned_slots.csv pins is a candidate of everybody who gets candidates, in the pin's channel; the
-- re-ranker gives it its slot.

with pins as (
    select distinct
        channel,
        product_id,
        valid_from_at,
        valid_until_at
    from {{ ref('int_integrity__pinned_slots') }}
),

customers as (
    select * from {{ ref('int_candidates__customers') }}
),

products as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
)

select distinct
    customers.cutoff_at,
    pins.channel,
    customers.customer_id,
    pins.product_id,
    'pinned' as rule_name,
    'require' as verdict,
    cast(null as double) as weight,
    'pinned to a slot' as reason
from pins
inner join products on pins.product_id = products.product_id
inner join customers on products.cutoff_at = customers.cutoff_at
where {{ is_valid_at('pins', 'customers.cutoff_at') }}
