-- One row per channel and customer of the audience, or with a slate that others share: how full it is and whether it
-- keeps its caps.

with slates as (
    select * from {{ ref('int_release__slates') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

audience as (
    select
        audience.channel,
        audience.customer_id
    from {{ ref('int_propensity__audience') }} as audience
    inner join serve on audience.cutoff_at = serve.cutoff_at
    where audience.is_in_audience
    union
    select
        channel,
        customer_id
    from slates
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

category_counts as (
    select
        channel,
        customer_id,
        max(slot_count) as max_category_count
    from (
        select
            channel,
            customer_id,
            category,
            count(*) as slot_count
        from slates
        group by channel, customer_id, category
    ) as counted_categories
    group by channel, customer_id
),

brand_counts as (
    select
        channel,
        customer_id,
        max(slot_count) as max_brand_count
    from (
        select
            channel,
            customer_id,
            brand,
            count(*) as slot_count
        from slates
        where brand is not null
        group by channel, customer_id, brand
    ) as counted_brands
    group by channel, customer_id
),

slot_counts as (
    select
        channel,
        customer_id,
        count(*) as slot_count,
        max(case when fallback_level = 'personal' then 0 else 1 end) as fallback_flag,
        count(distinct product_id) as product_count,
        max(slot) as last_slot
    from slates
    group by channel, customer_id
)

select
    audience.channel,
    audience.customer_id,
    coalesce(slot_counts.slot_count, 0) as slot_count,
    policies.slot_count as wanted_slot_count,
    coalesce(slot_counts.fallback_flag, 0) as is_fallback_flag,
    case when coalesce(slot_counts.slot_count, 0) < policies.slot_count then 1 else 0 end as is_short_flag,
    case when category_counts.max_category_count > policies.max_per_category then 1 else 0 end as is_category_cap_flag,
    case when brand_counts.max_brand_count > policies.max_per_brand then 1 else 0 end as is_brand_cap_flag,
    case
        when
            slot_counts.product_count != slot_counts.slot_count
            or slot_counts.last_slot != slot_counts.slot_count
            then 1
        else 0
    end as is_disordered_flag
from audience
inner join policies on audience.channel = policies.channel
left join slot_counts on audience.channel = slot_counts.channel and audience.customer_id = slot_counts.customer_id
left join category_counts
    on audience.channel = category_counts.channel and audience.customer_id = category_counts.customer_id
left join brand_counts on audience.channel = brand_counts.channel and audience.customer_id = brand_counts.customer_id
