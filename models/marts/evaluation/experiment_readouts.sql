-- One row per experiment, part of its customers, arm and metric: what it did more than its control, how sure that is.

with readouts as (
    select * from {{ ref('int_experiments__readouts') }}
),

arms as (
    select * from {{ ref('int_experiments__arms') }}
)

select
    readouts.cutoff_at,
    readouts.experiment_id,
    arms.channel,
    arms.starts_at,
    arms.ends_at,
    arms.outcome_days,
    readouts.part_type,
    readouts.part_name,
    readouts.arm_name,
    readouts.control_arm_name,
    readouts.is_control,
    readouts.metric_name,
    readouts.entered_count,
    readouts.customer_count,
    readouts.mean_value,
    readouts.control_mean_value,
    readouts.effect_value,
    readouts.effect_low_value,
    readouts.effect_high_value,
    readouts.relative_effect_ratio,
    readouts.relative_effect_low_ratio,
    readouts.relative_effect_high_ratio,
    readouts.adjusted_effect_value,
    readouts.adjusted_effect_low_value,
    readouts.adjusted_effect_high_value,
    readouts.always_valid_low_value,
    readouts.always_valid_high_value,
    readouts.variance_reduction_share,
    readouts.minimum_effect_value,
    readouts.needed_customer_count,
    readouts.split_probability,
    readouts.is_split_broken,
    readouts.is_too_skewed,
    readouts.is_significant,
    readouts.statement
from readouts
inner join arms
    on
        readouts.experiment_id = arms.experiment_id
        and readouts.arm_name = arms.arm_name
