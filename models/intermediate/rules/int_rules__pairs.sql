-- One row per cutoff, customer and product that a rule may be asked about: what a candidate source proposes, and what a
-- rule requires.

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
