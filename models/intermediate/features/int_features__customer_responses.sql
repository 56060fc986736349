-- One row per cutoff and customer with a touch before it: mail response, visits, carts and wishes, contact by an
-- advisor.

{%- set horizon = var('horizon_days') %}

with touches as (
    select * from {{ ref('int_interactions__touches') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

touches_before_cutoff as (
    select
        cutoffs.cutoff_at,
        touches.customer_id,
        touches.touch_type,
        touches.session_id,
        {{ dbt.datediff('touches.touched_at', 'cutoffs.cutoff_at', 'day') }} as age_days
    from touches
    inner join cutoffs on touches.first_cutoff_at <= cutoffs.cutoff_at
    where touches.touch_type != 'shown'
)

select
    cutoff_at,
    customer_id,
    cast(sum(case when touch_type in ('send', 'advice') then 1 else 0 end) as double) as send_count,
    cast(min(case when touch_type in ('send', 'advice') then age_days end) as double) as days_since_send,
    cast(sum(case when touch_type in ('redeem', 'click') then 1 else 0 end) as double) as response_count,
    cast(min(case when touch_type in ('redeem', 'click') then age_days end) as double) as days_since_response,
    cast(sum(case when touch_type = 'redeem' then 1 else 0 end) as double)
    / nullif(sum(case when touch_type in ('send', 'advice') then 1 else 0 end), 0) as redemption_ratio,
    cast(sum(case when touch_type = 'open' then 1 else 0 end) as double)
    / nullif(sum(case when touch_type = 'send' then 1 else 0 end), 0) as open_ratio,
    {%- for touch_type in ['view', 'cart', 'wishlist'] %}
    cast(sum(case when touch_type = '{{ touch_type }}' and age_days <= {{ horizon }} then 1 else 0 end) as double)
        as {{ touch_type }}_count,
    {%- endfor %}
    cast(count(distinct case when touch_type = 'view' and age_days <= {{ horizon }} then session_id end) as double)
        as session_count,
    cast(min(case when touch_type = 'view' then age_days end) as double) as days_since_view,
    cast(min(case when touch_type in ('cart', 'wishlist') then age_days end) as double) as days_since_want,
    cast(sum(case when touch_type = 'advice' then 1 else 0 end) as double) as advice_count,
    cast(min(case when touch_type = 'advice' then age_days end) as double) as days_since_advice
from touches_before_cutoff
group by cutoff_at, customer_id
