-- One row per slate, limit and value of which it can take no more: caps of the policy, at_most limits, and which slots
-- fill them. A limit of no slots is full in every slate.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

limits as (
    {%- for name in ['category', 'brand'] %}
    select
        channel,
        'max_per_{{ name }}' as limit_name,
        '{{ name }}' as attribute_name,
        cast(null as {{ dbt.type_string() }}) as attribute_value,
        max_per_{{ name }} as slot_count
    from policies
    union all
    {%- endfor %}
    select
        policies.channel,
        slate_limits.limit_name,
        slate_limits.attribute_name,
        slate_limits.attribute_value,
        slate_limits.slot_count
    from {{ ref('int_integrity__slate_limits') }} as slate_limits
    inner join serve on {{ is_valid_at('slate_limits', 'serve.cutoff_at') }}
    inner join policies on coalesce(slate_limits.channel, policies.channel) = policies.channel
    where slate_limits.limit_type = 'at_most'
),

value_counts as (
    select
        channel,
        customer_id,
        attribute_name,
        attribute_value,
        count(*) as slot_count,
        {{ slot_list('slot') }} as slots
    from {{ ref('int_release__slot_attributes') }}
    group by channel, customer_id, attribute_name, attribute_value
)

select
    value_counts.channel,
    value_counts.customer_id,
    limits.limit_name,
    value_counts.attribute_name,
    value_counts.attribute_value,
    limits.attribute_name || ' ' || value_counts.attribute_value || ' has its '
    || cast(limits.slot_count as {{ dbt.type_string() }}) || ' slots: ' || value_counts.slots as reason
from value_counts
inner join limits
    on
        value_counts.channel = limits.channel
        and value_counts.attribute_name = limits.attribute_name
        and value_counts.attribute_value = coalesce(limits.attribute_value, value_counts.attribute_value)
where value_counts.slot_count >= limits.slot_count
union all
select
    channel,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    limit_name,
    attribute_name,
    attribute_value,
    attribute_name || ' ' || attribute_value || ' may have no slot' as reason
from limits
where slot_count = 0 and attribute_value is not null
