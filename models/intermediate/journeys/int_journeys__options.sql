-- One row per customer, step that is due and product that it could show, with what speaks against it.

with proposals as (
    select * from {{ ref('int_journeys__proposals') }}
),

refusals as (
    select * from {{ ref('int_journeys__refusals') }}
)

select
    proposals.*,
    refusals.refusal
from proposals
left join refusals
    on
        proposals.cutoff_at = refusals.cutoff_at
        and proposals.customer_id = refusals.customer_id
        and proposals.product_id = refusals.product_id
