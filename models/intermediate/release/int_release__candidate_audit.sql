-- One row per channel, customer and candidate: the stage it reached and what stopped it there. What is said of a
-- customer and not of a candidate comes from int_release__customer_audit, with no product.

with fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

audited as (
    select
        channel,
        customer_id,
        product_id,
        stage,
        cast(slot as integer) as slot,
        cast(objective_rank as bigint) as objective_rank,
        objective_score,
        case
            when stage = 'ranking' then pool_score - objective_score
            when stage = 're-ranking' then slate_score - objective_score
        end as lacked_score,
        case stage when 'rules' then rule_name when 're-ranking' then hold_back_name end as rule_name,
        case
            when stage = 'slate' and is_explored then 'in the slate: drawn to be tried out'
            when stage = 'slate' then 'in the slate'
            when stage = 'rules' then block_reason
            when stage = 'ranking' then 'outranked before re-ranking'
            when hold_back_reason is not null then 'held back: ' || hold_back_reason
            when objective_score < slate_score then 'outranked by every slot'
            else 'held back by variety: outranked as too like the slots above, or for a slot that a limit asks for'
        end as reason
    from {{ ref('int_release__candidate_stages') }}
    union all
    select
        channel,
        customer_id,
        product_id,
        'slate' as stage,
        cast(slot as integer) as slot,
        cast(null as bigint) as objective_rank,
        objective_score,
        cast(null as double) as lacked_score,
        cast(null as {{ dbt.type_string() }}) as rule_name,
        'in the slate that others share: ' || fallback_level as reason
    from {{ ref('int_release__fallback_slates') }}
    union all
    select * from {{ ref('int_release__customer_audit') }}
)

select
    fingerprints.release_id,
    fingerprints.as_of_at,
    audited.*
from audited
cross join fingerprints
