-- A customer who was written to often enough lately, by seeds/contact_limits.csv, gets nothing for now.

with limits as (
    select * from {{ ref('int_integrity__contact_limits') }}
    where limit_type = 'customer_cap'
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

sends as (
    select * from {{ ref('stg_sends') }}
),

counted as (
    select
        cutoffs.cutoff_at,
        limits.channel,
        sends.customer_id,
        limits.limit_name,
        max(limits.max_count) as max_count,
        max(limits.within_days) as within_days,
        count(*) as contact_count
    from limits
    inner join cutoffs on {{ is_valid_at('limits', 'cutoffs.cutoff_at') }}
    inner join sends
        on
            sends.sent_at < cutoffs.cutoff_at
            and sends.sent_at >= {{ days_after('cutoffs.cutoff_at', '-limits.within_days') }}
            and coalesce(limits.counted_channel, sends.channel, '') = coalesce(sends.channel, '')
    group by
        cutoffs.cutoff_at, limits.channel, sends.customer_id, limits.limit_name
)

select
    cutoff_at,
    channel,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'contacted_enough' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    min(
        limit_name || ': contacted ' || cast(contact_count as {{ dbt.type_string() }}) || ' times within '
        || cast(within_days as {{ dbt.type_string() }}) || ' days'
    ) as reason
from counted
where contact_count >= max_count
group by cutoff_at, channel, customer_id
