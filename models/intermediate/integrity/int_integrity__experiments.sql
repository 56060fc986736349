-- One row per experiment and arm of this connector, from seeds/experiments.csv, checked.

with usable as (
    {{ usable_seed_rows('experiments', ref('experiments')) | indent(4) }}
)

select
    experiment_id,
    arm_name,
    cast(arm_share as double) as arm_share,
    channel,
    treatment,
    cast(is_control as boolean) as is_control,
    salt,
    cast(starts_on as {{ dbt.type_timestamp() }}) as starts_at,
    cast(ends_on as {{ dbt.type_timestamp() }}) as ends_at,
    cast(outcome_days as integer) as outcome_days,
    cast(planned_count as bigint) as planned_count,
    cast(planned_lift_ratio as double) as planned_lift_ratio
from usable
