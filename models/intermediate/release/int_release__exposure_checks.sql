-- One row per channel and product in more slates than the policy's exposure cap or the stock allow.

with slates as (
    select * from {{ ref('int_release__slates') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

states as (
    select states.*
    from {{ ref('int_features__product_states') }} as states
    inner join serve on states.cutoff_at = serve.cutoff_at
),

audience_sizes as (
    select
        audience.channel,
        count(*) as customer_count
    from {{ ref('int_propensity__audience') }} as audience
    inner join serve on audience.cutoff_at = serve.cutoff_at
    where audience.is_in_audience
    group by audience.channel
),

-- Slates that many share are no choice for anyone and under no cap.
shown as (
    select
        channel,
        product_id,
        count(*) as slot_count
    from slates
    where fallback_level = 'personal'
    group by channel, product_id
)

select
    shown.channel,
    shown.product_id,
    shown.slot_count,
    shown.slot_count > greatest(policies.max_exposure_share * audience_sizes.customer_count, 1) as is_above_cap,
    coalesce(shown.slot_count > states.stock_quantity * policies.slots_per_unit, false) as is_above_stock
from shown
inner join policies on shown.channel = policies.channel
inner join audience_sizes on shown.channel = audience_sizes.channel
left join states on shown.product_id = states.product_id
where
    shown.slot_count > greatest(policies.max_exposure_share * audience_sizes.customer_count, 1)
    or shown.slot_count > states.stock_quantity * policies.slots_per_unit
