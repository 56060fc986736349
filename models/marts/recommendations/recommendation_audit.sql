-- One row per channel, customer and candidate of the newest build: the stage it reached, and what stopped it there. A
-- product that was killed since then reads as the next build will say it.

with candidate_audit as (
    select * from {{ ref('int_release__candidate_audit') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

judged as (
    select
        candidate_audit.*,
        killed_products.reason as kill_reason,
        -- What a rule had stopped already keeps that rule.
        killed_products.product_id is not null and candidate_audit.stage != 'rules' as is_killed
    from candidate_audit
    left join killed_products on candidate_audit.product_id = killed_products.product_id
)

select
    release_id,
    channel,
    customer_id,
    product_id,
    case when is_killed then 'rules' else stage end as stage,
    cast(case when not is_killed then slot end as integer) as slot,
    cast(case when not is_killed then objective_rank end as bigint) as objective_rank,
    case when is_killed then 'killed' else rule_name end as rule_name,
    case when is_killed then 'killed: ' || kill_reason else reason end as reason
from judged
