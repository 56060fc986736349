-- One row per slate that stands for release and guardrail that it does not keep: hard ones must not be here at all,
-- soft ones only where the re-ranker says that they gave way.

with slates as (
    select * from {{ ref('int_release__slates') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

pins as (
    select pinned_slots.*
    from {{ ref('int_integrity__pinned_slots') }} as pinned_slots
    inner join serve on {{ is_valid_at('pinned_slots', 'serve.cutoff_at') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

-- What no rule blocks in the channel; what an earlier channel shows the customer was not there to be chosen.
eligible as (
    select channel_scores.*
    from {{ ref('int_ranking__channel_scores') }} as channel_scores
    inner join serve on channel_scores.cutoff_at = serve.cutoff_at
    left join {{ ref('int_release__earlier_slots') }} as earlier_slots
        on
            channel_scores.channel = earlier_slots.channel
            and channel_scores.customer_id = earlier_slots.customer_id
            and channel_scores.product_id = earlier_slots.product_id
    where earlier_slots.product_id is null
),

customers as (
    select
        channel,
        customer_id,
        max(relaxed_limits) as relaxed_limits
    from slates
    group by channel, customer_id
),

broken as (
    select * from {{ ref('int_release__broken_limits') }}
    union all
    select * from {{ ref('int_release__broken_pairs') }}
    union all
    select
        customers.channel,
        customers.customer_id,
        'pin' as guardrail_type,
        pins.pin_name as guardrail_name,
        false as is_hard
    from customers
    inner join pins on coalesce(pins.channel, customers.channel) = customers.channel
    -- Whoever may not be shown the product has no such pin.
    inner join eligible
        on
            customers.channel = eligible.channel
            and customers.customer_id = eligible.customer_id
            and pins.product_id = eligible.product_id
    left join slates
        on
            customers.channel = slates.channel
            and customers.customer_id = slates.customer_id
            and pins.slot = slates.slot
            and pins.product_id = slates.product_id
    where slates.slot is null
    union all
    select distinct
        customers.channel,
        customers.customer_id,
        'required' as guardrail_type,
        'required' as guardrail_name,
        false as is_hard
    from customers
    inner join eligible on customers.channel = eligible.channel and customers.customer_id = eligible.customer_id
    left join slates
        on
            customers.channel = slates.channel
            and customers.customer_id = slates.customer_id
            and eligible.product_id = slates.product_id
    where eligible.is_required and slates.slot is null
    union all
    select distinct
        slates.channel,
        slates.customer_id,
        'max_taste_distance' as guardrail_type,
        'max_taste_distance' as guardrail_name,
        false as is_hard
    from slates
    inner join policies on slates.channel = policies.channel
    where slates.taste_distance > policies.max_taste_distance
)

select
    broken.*,
    coalesce({{ dbt.position(
        "', ' || broken.guardrail_name || ', '", "', ' || customers.relaxed_limits || ', '"
    ) }}, 0) > 0 as has_given_way
from broken
inner join customers on broken.channel = customers.channel and broken.customer_id = customers.customer_id
