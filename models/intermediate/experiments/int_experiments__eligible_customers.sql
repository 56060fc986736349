-- One row per experiment and customer of an arm, from the first release on that would have addressed him while it ran:
-- until then all arms were treated alike, so that who stands here depends on no arm.

with experiments as (
    select distinct
        experiment_id,
        channel,
        starts_at,
        ends_at,
        outcome_days
    from {{ ref('int_experiments__arms') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

releases as (
    select * from {{ ref('recommendation_releases') }}
    where connector = '{{ var("connector") }}'
),

audiences as (
    select
        audiences.channel,
        audiences.customer_id,
        audiences.as_of_at,
        -- Built twice for the same instant, it is one occasion.
        min(audiences.release_id) as release_id,
        min(audiences.policy_name) as policy_name,
        min(audiences.held_out_by) as held_out_by
    from {{ ref('release_audiences') }} as audiences
    inner join releases
        on
            audiences.release_id = releases.release_id
            and audiences.channel = releases.channel
    group by audiences.channel, audiences.customer_id, audiences.as_of_at
),

entries as (
    select
        experiments.experiment_id,
        experiments.channel,
        experiments.ends_at,
        experiments.outcome_days,
        audiences.customer_id,
        audiences.as_of_at as entered_at,
        -- What was really done to him, whatever the seed says by now.
        max(case when audiences.held_out_by = experiments.experiment_id then 1 else 0 end) as held_out_flag,
        max(case when audiences.held_out_by is null then 1 else 0 end) as addressed_flag,
        min(audiences.release_id) as release_id,
        {{ dbt.listagg(
            "audiences.channel || ': ' || audiences.policy_name", "', '", "order by audiences.channel"
        ) }} as policy_names,
        row_number() over (
            partition by experiments.experiment_id, audiences.customer_id order by audiences.as_of_at asc
        ) as place
    from experiments
    inner join audiences
        on
            coalesce(experiments.channel, audiences.channel) = audiences.channel
            and coalesce(experiments.starts_at <= audiences.as_of_at, true)
            and coalesce(experiments.ends_at > audiences.as_of_at, true)
    group by
        experiments.experiment_id, experiments.channel, experiments.ends_at, experiments.outcome_days,
        audiences.customer_id, audiences.as_of_at
),

-- The salt of the global holdout may change in time: who was held out then is known from the release alone.
entered as (
    select
        entries.*,
        case
            when entries.experiment_id != 'global_holdout' then assignments.arm_name
            when entries.held_out_flag = 1 then 'holdout'
            else 'addressed'
        end as arm_name
    from entries
    inner join {{ ref('int_experiments__assignments') }} as assignments
        on
            entries.experiment_id = assignments.experiment_id
            and entries.customer_id = assignments.customer_id
    where entries.place = 1
)

select
    serve.cutoff_at,
    entered.experiment_id,
    entered.customer_id,
    entered.arm_name,
    entered.channel,
    entered.release_id,
    entered.policy_names,
    entered.entered_at,
    {{ days_after('entered.entered_at', '-entered.outcome_days') }} as before_from_at,
    {{ days_after('entered.entered_at', 'entered.outcome_days') }} as counted_until_at,
    {{ days_after('entered.entered_at', 'entered.outcome_days') }} <= serve.cutoff_at as is_complete
from entered
cross join serve
inner join {{ ref('int_experiments__arms') }} as arms
    on
        entered.experiment_id = arms.experiment_id
        and entered.arm_name = arms.arm_name
where
    entered.entered_at < serve.cutoff_at
    -- After the end all arms get the same.
    and coalesce({{ days_after('entered.entered_at', 'entered.outcome_days') }} <= entered.ends_at, true)
    -- A row of the seed that was edited since draws some into an arm that was not theirs: they are left out.
    and case arms.treatment when 'holdout' then entered.addressed_flag else entered.held_out_flag end = 0
