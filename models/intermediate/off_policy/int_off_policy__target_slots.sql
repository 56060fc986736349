-- One row per judged cutoff, evaluated channel, slate variant, customer and slot that the variant fills: the clicks to
-- expect there, and in a slot of the slate on average.

with slots as (
    select
        cutoff_at,
        channel,
        slate_variant,
        customer_id,
        slot,
        round(sum(slot_probability * click_probability), 9) as click_probability
    from {{ ref('int_off_policy__targets') }}
    group by cutoff_at, channel, slate_variant, customer_id, slot
)

select
    cutoff_at,
    channel,
    slate_variant,
    customer_id,
    slot,
    click_probability,
    count(*) over (partition by cutoff_at, channel, slate_variant, customer_id) as slot_count,
    round(avg(click_probability) over (partition by cutoff_at, channel, slate_variant, customer_id), 9)
        as mean_click_probability
from slots
