-- One row per channel and audit with a limit on the day of these slates, from seeds/audit_limits.csv, checked: the row
-- of the channel before one of every channel, and of those the connector's own first.

with usable as (
    {{ usable_seed_rows('audit_limits', ref('audit_limits')) | indent(4) }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

ranked as (
    select
        policies.channel,
        usable.audit_name,
        usable.threshold,
        usable.owner,
        row_number() over (
            partition by policies.channel, usable.audit_name
            order by
                case when usable.channel is null then 1 else 0 end asc,
                case when usable.is_own then 0 else 1 end asc
        ) as preference
    from policies
    inner join usable on coalesce(usable.channel, policies.channel) = policies.channel
    inner join serve on {{ is_valid_at('usable', 'serve.cutoff_at') }}
)

select
    channel,
    audit_name,
    cast(threshold as double) as threshold,
    owner
from ranked
where preference = 1
