-- One row per channel and reason_type that it tells: its sentence. A row for this connector stands before one for every
-- connector, and then one for the channel before one for every channel.

with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

templates as (
    select * from {{ ref('int_integrity__reason_templates') }}
),

ranked as (
    select
        policies.channel,
        templates.reason_type,
        templates.type_rank,
        templates.template,
        row_number() over (
            partition by policies.channel, templates.reason_type
            order by
                case when templates.is_own then 0 else 1 end asc,
                case when templates.channel is null then 1 else 0 end asc
        ) as preference
    from policies
    inner join templates on coalesce(templates.channel, policies.channel) = policies.channel
)

select
    channel,
    reason_type,
    type_rank,
    template
from ranked
where preference = 1
