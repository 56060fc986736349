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
        min(audiences.policy_name) as policy_name
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
)

select
    serve.cutoff_at,
    entries.experiment_id,
    entries.customer_id,
    assignments.arm_name,
    entries.channel,
    entries.release_id,
    entries.policy_names,
    entries.entered_at,
    {{ days_after('entries.entered_at', '-entries.outcome_days') }} as before_from_at,
    {{ days_after('entries.entered_at', 'entries.outcome_days') }} as counted_until_at,
    {{ days_after('entries.entered_at', 'entries.outcome_days') }} <= serve.cutoff_at as is_complete
from entries
cross join serve
inner join {{ ref('int_experiments__assignments') }} as assignments
    on
        entries.experiment_id = assignments.experiment_id
        and entries.customer_id = assignments.customer_id
where
    entries.place = 1
    and entries.entered_at <= serve.cutoff_at
    -- After the end all arms get the same.
    and coalesce({{ days_after('entries.entered_at', 'entries.outcome_days') }} <= entries.ends_at, true)
