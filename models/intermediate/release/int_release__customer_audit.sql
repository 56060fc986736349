-- One row per channel, customer and what is to be said of the whole slate: why there is none, why it is short, which
-- guardrails gave way.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

audience as (
    select audience.*
    from {{ ref('int_propensity__audience') }} as audience
    inner join serve on audience.cutoff_at = serve.cutoff_at
),

slates as (
    select * from {{ ref('int_release__slates') }}
),

relaxed_slates as (
    select distinct
        channel,
        customer_id,
        relaxed_limits
    from slates
    where relaxed_limits is not null
),

slate_checks as (
    select * from {{ ref('int_release__slate_checks') }}
    where is_short_flag = 1
)

select
    channel,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'audience' as stage,
    cast(null as integer) as slot,
    cast(null as bigint) as objective_rank,
    cast(null as double) as objective_score,
    cast(null as double) as lacked_score,
    contact_rule_name as rule_name,
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
    cast(null as double) as objective_score,
    cast(null as double) as lacked_score,
    cast(null as {{ dbt.type_string() }}) as rule_name,
    'only ' || cast(slot_count as {{ dbt.type_string() }}) || ' of '
    || cast(wanted_slot_count as {{ dbt.type_string() }})
    || ' slots: the other candidates are blocked by rules or capped' as reason
from slate_checks
union all
select
    channel,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'guardrails' as stage,
    cast(null as integer) as slot,
    cast(null as bigint) as objective_rank,
    cast(null as double) as objective_score,
    cast(null as double) as lacked_score,
    cast(null as {{ dbt.type_string() }}) as rule_name,
    'gave way, since no slate keeps it beside the stronger ones: ' || relaxed_limits as reason
from relaxed_slates
