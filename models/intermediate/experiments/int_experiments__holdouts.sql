-- One row per cutoff, channel and customer who gets nothing there: an arm of an experiment that runs then says so.

with channels as (
    select channel from {{ ref('int_integrity__channel_policies') }}
    union
    -- Its steps are held back too where it has no slates.
    select '{{ var("journey_channel") }}' as channel
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

arms as (
    select * from {{ ref('int_experiments__arms') }}
    where treatment = 'holdout'
),

assignments as (
    select * from {{ ref('int_experiments__assignments') }}
),

held_out as (
    select
        cutoffs.cutoff_at,
        channels.channel,
        assignments.customer_id,
        arms.experiment_id,
        arms.arm_name,
        row_number() over (
            partition by cutoffs.cutoff_at, channels.channel, assignments.customer_id
            order by case when arms.salt is null then 0 else 1 end asc, arms.experiment_id asc
        ) as place
    from cutoffs
    inner join arms
        on
            coalesce(arms.starts_at <= cutoffs.cutoff_at, true)
            and coalesce(arms.ends_at > cutoffs.cutoff_at, true)
    inner join channels on coalesce(arms.channel, channels.channel) = channels.channel
    inner join assignments
        on
            arms.experiment_id = assignments.experiment_id
            and arms.arm_name = assignments.arm_name
            -- Whom nobody knew yet nobody held out.
            and coalesce(assignments.known_from_at < cutoffs.cutoff_at, true)
)

select
    cutoff_at,
    channel,
    customer_id,
    experiment_id,
    case
        when experiment_id = 'global_holdout' then 'held out for measurement'
        else 'held out for measurement: arm ' || arm_name || ' of the experiment ' || experiment_id
    end as reason
from held_out
where place = 1
