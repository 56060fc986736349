-- One row per channel, customer and candidate: the stage it reached and what stopped it there. Customers without a
-- full slate have a row of their own, with no product.

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

slate_checks as (
    select * from {{ ref('int_release__slate_checks') }}
    where is_short_flag = 1
),

audited as (
    select
        audience.channel,
        audience.customer_id,
        eligibility.product_id,
        case
            when slates.slot is not null then 'slate'
            when eligibility.is_blocked then 'rules'
            when objectives.product_id is null then 'ranking'
            else 're-ranking'
        end as stage,
        cast(slates.slot as integer) as slot,
        cast(objectives.objective_rank as bigint) as objective_rank,
        eligibility.rule_name,
        case
            when slates.slot is not null then 'in the slate'
            when eligibility.is_blocked then eligibility.reason
            when objectives.product_id is null then 'outranked before re-ranking'
            else 'outranked, or held back by variety and caps'
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
    select
        channel,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'audience' as stage,
        cast(null as integer) as slot,
        cast(null as bigint) as objective_rank,
        case when not is_contactable then 'not_contactable' end as rule_name,
        exclusion_reason as reason
    from audience
    where not is_in_audience
    union all
    select
        channel,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'short slate' as stage,
        cast(slot_count as integer) as slot,
        cast(null as bigint) as objective_rank,
        cast(null as {{ dbt.type_string() }}) as rule_name,
        'only ' || cast(slot_count as {{ dbt.type_string() }}) || ' of '
        || cast(wanted_slot_count as {{ dbt.type_string() }})
        || ' slots: the other candidates are blocked by rules or capped' as reason
    from slate_checks
)

select
    fingerprints.release_id,
    audited.*
from audited
cross join fingerprints
