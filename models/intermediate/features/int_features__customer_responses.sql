-- One row per cutoff and customer with a send or an event before it: mail response, visits and intent.

with sends as (
    select * from {{ ref('stg_sends') }}
),

events as (
    select * from {{ ref('stg_events') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

touches as (
    select
        customer_id,
        'send' as touch_type,
        cast(null as {{ dbt.type_string() }}) as session_id,
        sent_at as touched_at
    from sends
    union all
    select
        customer_id,
        event_type as touch_type,
        -- Where no visit was recorded, a day is one.
        coalesce(session_id, cast(cast(occurred_at as date) as {{ dbt.type_string() }})) as session_id,
        occurred_at as touched_at
    from events
),

touches_before_cutoff as (
    select
        cutoffs.cutoff_at,
        touches.customer_id,
        touches.touch_type,
        touches.session_id,
        {{ dbt.datediff('touches.touched_at', 'cutoffs.cutoff_at', 'day') }} as age_days
    from touches
    inner join cutoffs on touches.touched_at < cutoffs.cutoff_at
)

select
    cutoff_at,
    customer_id,
    cast(sum(case when touch_type = 'send' then 1 else 0 end) as double) as send_count,
    cast(min(case when touch_type = 'send' then age_days end) as double) as days_since_send,
    cast(sum(case when touch_type in ('redeem', 'click') then 1 else 0 end) as double) as response_count,
    cast(min(case when touch_type in ('redeem', 'click') then age_days end) as double) as days_since_response,
    cast(sum(case when touch_type = 'redeem' then 1 else 0 end) as double)
    / nullif(sum(case when touch_type = 'send' then 1 else 0 end), 0) as redemption_ratio,
    cast(count(
        distinct case when touch_type = 'view' and age_days <= {{ var('horizon_days') }} then session_id end
    ) as double) as session_count,
    cast(min(case when touch_type = 'view' then age_days end) as double) as days_since_view,
    cast(min(case when touch_type in ('cart', 'wishlist') then age_days end) as double) as days_since_want
from touches_before_cutoff
group by cutoff_at, customer_id
