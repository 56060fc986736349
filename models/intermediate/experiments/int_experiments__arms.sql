-- One row per experiment and arm: those of seeds/experiments.csv with the part of the hashes that is theirs, and the
-- global holdout of the vars.

with experiments as (
    select * from {{ ref('int_integrity__experiments') }}
)

select
    experiment_id,
    arm_name,
    arm_share,
    channel,
    treatment,
    is_control,
    experiment_id || ':' || salt as salt,
    -- Rounded, since shares such as 0.7 and 0.1 do not add up to 0.8.
    round(sum(arm_share) over (
        partition by experiment_id order by arm_name asc rows between unbounded preceding and current row
    ) - arm_share, 9) as from_unit,
    round(sum(arm_share) over (
        partition by experiment_id order by arm_name asc rows between unbounded preceding and current row
    ), 9) as until_unit,
    starts_at,
    ends_at,
    outcome_days,
    planned_count,
    planned_lift_ratio
from experiments
{%- for arm_name, share, treatment in [
    ('holdout', var('holdout_share'), 'holdout'), ('addressed', 1 - var('holdout_share'), 'policy')
] if share > 0 %}
union all
select
    'global_holdout' as experiment_id,
    '{{ arm_name }}' as arm_name,
    cast({{ share | round(9) }} as double) as arm_share,
    cast(null as {{ dbt.type_string() }}) as channel,
    '{{ treatment }}' as treatment,
    {{ 'true' if treatment == 'holdout' else 'false' }} as is_control,
    -- Drawn by its own var, as it was before there were experiments.
    cast(null as {{ dbt.type_string() }}) as salt,
    cast(null as double) as from_unit,
    cast(null as double) as until_unit,
    cast(null as {{ dbt.type_timestamp() }}) as starts_at,
    cast(null as {{ dbt.type_timestamp() }}) as ends_at,
    {{ var('holdout_outcome_days') }} as outcome_days,
    cast({{ var('holdout_planned_count') }} as bigint) as planned_count,
    cast({{ var('holdout_planned_lift_ratio') }} as double) as planned_lift_ratio
{%- endfor %}
