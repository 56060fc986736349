-- One row per channel, customer and candidate of the newest build: the stage it reached, and what stopped it there.
{{ config(materialized='table') }}

select
    release_id,
    channel,
    customer_id,
    product_id,
    stage,
    cast(slot as integer) as slot,
    cast(objective_rank as bigint) as objective_rank,
    rule_name,
    reason
from {{ ref('int_release__candidate_audit') }}
