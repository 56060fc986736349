-- One row per cutoff, customer and product that a rule may be asked about: what a candidate source proposes, what a
-- rule requires, and what a step of a journey falls back on.

select
    cutoff_at,
    customer_id,
    product_id
from {{ ref('int_candidates__all') }}
union
select
    cutoff_at,
    customer_id,
    product_id
from {{ ref('int_rules__required') }}
union
select
    cutoff_at,
    customer_id,
    product_id
from {{ ref('int_journeys__leaders') }}
