-- One row per channel in which customers stand for release although an arm of theirs gets nothing of it. Asked of the
-- arms themselves, not of the audience, which may have overlooked one.

with slates as (
    select distinct
        as_of_at,
        channel,
        customer_id
    from {{ ref('int_release__slates') }}
    -- What everybody sees is no treatment.
    where fallback_level = 'personal'
),

steps as (
    select distinct
        as_of_at,
        '{{ var("journey_channel") }}' as channel,
        customer_id
    from {{ ref('int_release__journey_steps') }}
),

addressed as (
    select * from slates
    union
    select * from steps
),

arms as (
    select * from {{ ref('int_experiments__arms') }}
    where treatment = 'holdout'
),

assignments as (
    select * from {{ ref('int_experiments__assignments') }}
)

select
    addressed.channel,
    count(distinct addressed.customer_id) as customer_count,
    min(addressed.customer_id) as customer_id,
    min_by(arms.experiment_id, addressed.customer_id || ': ' || arms.experiment_id) as experiment_id
from addressed
inner join assignments on addressed.customer_id = assignments.customer_id
inner join arms
    on
        assignments.experiment_id = arms.experiment_id
        and assignments.arm_name = arms.arm_name
        and coalesce(arms.channel, addressed.channel) = addressed.channel
        and coalesce(arms.starts_at <= addressed.as_of_at, true)
        and coalesce(arms.ends_at > addressed.as_of_at, true)
group by addressed.channel
