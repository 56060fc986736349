-- One row per slate that stands for release and pair that it does not keep.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

slot_attributes as (
    select * from {{ ref('int_release__slot_attributes') }}
),

pairs as (
    select slate_pairs.*
    from {{ ref('int_integrity__slate_pairs') }} as slate_pairs
    inner join serve on {{ is_valid_at('slate_pairs', 'serve.cutoff_at') }}
),

-- What one row of the seed says of one slot of a slate, with the slots of the other side.
paired as (
    select
        one.channel,
        one.customer_id,
        pairs.pair_name,
        pairs.pair_type,
        one.slot,
        max(case when other.slot != one.slot then 1 else 0 end) as has_other_flag,
        max(case when other.slot = one.slot + 1 then 1 else 0 end) as is_followed_flag
    from slot_attributes as one
    inner join pairs
        on
            coalesce(pairs.channel, one.channel) = one.channel
            and pairs.attribute_name = one.attribute_name
            and pairs.attribute_value = one.attribute_value
    left join slot_attributes as other
        on
            one.channel = other.channel
            and one.customer_id = other.customer_id
            and pairs.other_attribute_name = other.attribute_name
            and pairs.other_attribute_value = other.attribute_value
    group by one.channel, one.customer_id, pairs.pair_name, pairs.pair_type, one.slot
)

select distinct
    channel,
    customer_id,
    pair_type as guardrail_type,
    pair_name as guardrail_name,
    true as is_hard
from paired
where
    (pair_type = 'never' and has_other_flag = 1)
    or (pair_type = 'always' and is_followed_flag = 0)
