-- One row per contact limit of seeds/contact_limits.csv, cutoff and customer (and product, where it is about one): how
-- often the customer was shown it, or written to, within the days that count.

with limits as (
    select * from {{ ref('int_integrity__contact_limits') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

contacts as (
    select
        'product_rest' as limit_type,
        channel,
        customer_id,
        product_id,
        shown_at as contacted_at
    from {{ ref('stg_impressions') }}
    union all
    select
        'customer_cap' as limit_type,
        channel,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        sent_at as contacted_at
    from {{ ref('stg_sends') }}
)

select
    cutoffs.cutoff_at,
    limits.channel,
    contacts.customer_id,
    contacts.product_id,
    limits.limit_name,
    limits.limit_type,
    limits.within_days,
    count(*) as contact_count,
    count(*) >= limits.max_count as is_reached
from limits
inner join cutoffs on {{ is_valid_at('limits', 'cutoffs.cutoff_at') }}
inner join contacts
    on
        limits.limit_type = contacts.limit_type
        and contacts.contacted_at < cutoffs.cutoff_at
        and contacts.contacted_at >= {{ days_after('cutoffs.cutoff_at', '-limits.within_days') }}
        and coalesce(limits.counted_channel, contacts.channel, '') = coalesce(contacts.channel, '')
group by
    cutoffs.cutoff_at, limits.channel, contacts.customer_id, contacts.product_id, limits.limit_name,
    limits.limit_type, limits.within_days, limits.max_count
