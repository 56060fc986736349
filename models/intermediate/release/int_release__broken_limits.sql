-- One row per slate that stands for release and limit on its slots that it does not keep.

{%- set counted_here =
    "case when coalesce(limits.attribute_value, value_counts.attribute_value) = value_counts.attribute_value" %}

with slot_attributes as (
    select * from {{ ref('int_release__slot_attributes') }}
),

slates as (
    select distinct
        channel,
        customer_id
    from {{ ref('int_release__slates') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

limits as (
    select
        slate_limits.limit_name,
        slate_limits.limit_type,
        slate_limits.attribute_name,
        slate_limits.attribute_value,
        slate_limits.slot_count,
        slates.channel,
        slates.customer_id
    from {{ ref('int_integrity__slate_limits') }} as slate_limits
    inner join serve on {{ is_valid_at('slate_limits', 'serve.cutoff_at') }}
    inner join slates on coalesce(slate_limits.channel, slates.channel) = slates.channel
),

value_counts as (
    select
        channel,
        customer_id,
        attribute_name,
        attribute_value,
        count(*) as slot_count
    from slot_attributes
    group by channel, customer_id, attribute_name, attribute_value
),

counted as (
    select
        limits.channel,
        limits.customer_id,
        limits.limit_name,
        limits.limit_type,
        limits.slot_count,
        coalesce(max({{ counted_here }} then value_counts.slot_count end), 0) as most_count,
        count(distinct {{ counted_here }} then value_counts.attribute_value end) as value_count
    from limits
    left join value_counts
        on
            limits.channel = value_counts.channel
            and limits.customer_id = value_counts.customer_id
            and limits.attribute_name = value_counts.attribute_name
    group by
        limits.channel, limits.customer_id, limits.limit_name, limits.limit_type, limits.slot_count
)

select
    channel,
    customer_id,
    limit_type as guardrail_type,
    limit_name as guardrail_name,
    limit_type = 'at_most' as is_hard
from counted
where
    (limit_type = 'at_most' and most_count > slot_count)
    or (limit_type = 'at_least' and most_count < slot_count)
    or (limit_type = 'at_least_distinct' and value_count < slot_count)
