-- One row per product that is killed now: no reader sees it and no new slate may show it, until it is revived.
{{ config(materialized='view') }}

with decisions as (
    select
        product_id,
        is_killed,
        owner,
        reason,
        recorded_at,
        row_number() over (partition by product_id order by recorded_at desc) as decision_rank
    from {{ ref('release_kills') }}
)

select
    product_id,
    owner,
    reason,
    recorded_at as killed_at
from decisions
where decision_rank = 1 and is_killed
