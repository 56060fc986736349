-- One row per channel, customer and candidate: the stage it reached and what stopped it there. What is said of a
-- customer and not of a candidate comes from int_release__customer_audit, with no product.

with fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

audience as (
    select audience.*
    from {{ ref('int_propensity__audience') }} as audience
    inner join serve on audience.cutoff_at = serve.cutoff_at
),

eligibility as (
    select eligibility.*
    from {{ ref('int_ranking__eligibility') }} as eligibility
    inner join serve on eligibility.cutoff_at = serve.cutoff_at
),

objectives as (
    select objectives.*
    from {{ ref('int_ranking__objectives') }} as objectives
    inner join serve on objectives.cutoff_at = serve.cutoff_at
),

slates as (
    select * from {{ ref('int_release__slates') }}
),

audited as (
    select
        audience.channel,
        audience.customer_id,
        eligibility.product_id,
        case
            when slates.slot is not null then 'slate'
            when eligibility.is_blocked then 'rules'
            when objectives.product_id is null or objectives.is_reserve then 'ranking'
            else 're-ranking'
        end as stage,
        cast(slates.slot as integer) as slot,
        cast(objectives.objective_rank as bigint) as objective_rank,
        eligibility.rule_name,
        case
            when slates.slot is not null then 'in the slate'
            when eligibility.is_blocked then eligibility.reason
            when objectives.product_id is null or objectives.is_reserve then 'outranked before re-ranking'
            else 'outranked, or held back by variety, caps and guardrails'
        end as reason
    from audience
    inner join eligibility on audience.customer_id = eligibility.customer_id
    left join objectives
        on
            audience.channel = objectives.channel
            and audience.customer_id = objectives.customer_id
            and eligibility.product_id = objectives.product_id
    left join slates
        on
            audience.channel = slates.channel
            and audience.customer_id = slates.customer_id
            and eligibility.product_id = slates.product_id
    where audience.is_in_audience
    union all
    select * from {{ ref('int_release__customer_audit') }}
)

select
    fingerprints.release_id,
    audited.*
from audited
cross join fingerprints
