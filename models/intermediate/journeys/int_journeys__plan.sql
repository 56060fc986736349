-- One row per step that holds now: how many days after the anchor it is due, and whence these days are known.

with steps as (
    select * from {{ ref('int_integrity__journey_steps') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

lags as (
    select * from {{ ref('int_journeys__lags') }}
),

timed as (
    select
        serve.cutoff_at,
        steps.journey_name,
        steps.step_name,
        steps.anchor_attribute,
        steps.anchor_value,
        steps.next_attribute,
        steps.next_value,
        coalesce(
            steps.after_days, case when lags.is_supported then cast(round(lags.lag_days) as integer) end
        ) as after_days,
        case
            when steps.after_days is not null then 'seed'
            when lags.is_supported then 'learned'
        end as lag_source,
        case
            when steps.after_days is not null or lags.is_supported then null
            else coalesce(lags.reason, 'no customer bought both')
        end as absent_reason,
        steps.owner
    from steps
    inner join serve on {{ is_valid_at('steps', 'serve.cutoff_at') }}
    left join lags
        on
            steps.anchor_attribute = lags.anchor_attribute
            and steps.anchor_value = lags.anchor_value
            and steps.next_attribute = lags.next_attribute
            and steps.next_value = lags.next_value
)

select
    timed.*,
    case
        when after_days is not null
            then row_number() over (partition by journey_name order by after_days asc nulls last, step_name asc)
    end as step_number
from timed
