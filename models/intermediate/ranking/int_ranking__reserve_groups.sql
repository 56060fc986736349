-- One row per cutoff, channel, group of products that a guardrail asks for and product in it: of each group the
-- re-ranker is given the best of a customer, however far down they stand.

with attributes as (
    select * from {{ ref('int_features__product_attributes') }}
    union all
    select
        cutoff_at,
        product_id,
        'product' as attribute_name,
        product_id as attribute_value
    from {{ ref('int_features__products') }}
    where is_sellable
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

wanted as (
    select
        channel,
        limit_name as guardrail_name,
        attribute_name,
        attribute_value,
        slot_count as reserve_count,
        valid_from_at,
        valid_until_at
    from {{ ref('int_integrity__slate_limits') }}
    where limit_type = 'at_least'
    union all
    -- One of each value; the pool has reserves of each category and brand anyway.
    select
        channel,
        limit_name as guardrail_name,
        attribute_name,
        cast(null as {{ dbt.type_string() }}) as attribute_value,
        1 as reserve_count,
        valid_from_at,
        valid_until_at
    from {{ ref('int_integrity__slate_limits') }}
    where limit_type = 'at_least_distinct' and attribute_name not in ('category', 'brand', 'product')
    union all
    -- What always follows something.
    select
        channel,
        pair_name as guardrail_name,
        other_attribute_name as attribute_name,
        other_attribute_value as attribute_value,
        1 as reserve_count,
        valid_from_at,
        valid_until_at
    from {{ ref('int_integrity__slate_pairs') }}
    where pair_type = 'always'
)

select
    attributes.cutoff_at,
    policies.channel,
    attributes.attribute_name,
    attributes.attribute_value,
    attributes.product_id,
    -- As many as are wanted, and some to choose from.
    max(wanted.reserve_count) + {{ var('reserves_per_group') }} as reserve_count
from attributes
inner join wanted
    on
        attributes.attribute_name = wanted.attribute_name
        and attributes.attribute_value = coalesce(wanted.attribute_value, attributes.attribute_value)
        and {{ is_valid_at('wanted', 'attributes.cutoff_at') }}
inner join policies on coalesce(wanted.channel, policies.channel) = policies.channel
group by
    attributes.cutoff_at, policies.channel, attributes.attribute_name, attributes.attribute_value,
    attributes.product_id
