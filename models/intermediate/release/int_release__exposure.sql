-- One row per channel and state (these slates, the live release): how wide, how popular and how dear the choice is.

with slots as (
    select
        'new' as slate_state,
        channel,
        customer_id,
        product_id,
        category,
        popularity_percentile,
        expected_value_amount
    from {{ ref('int_release__slates') }}
    union all
    select
        'live' as slate_state,
        channel,
        customer_id,
        product_id,
        category,
        popularity_percentile,
        expected_value_amount
    from {{ ref('int_release__live_slates') }}
),

slates as (
    select
        slate_state,
        channel,
        customer_id,
        count(distinct category) as category_count
    from slots
    group by slate_state, channel, customer_id
),

breadths as (
    select
        slate_state,
        channel,
        round(avg(category_count), 9) as mean_category_count
    from slates
    group by slate_state, channel
),

choices as (
    select
        slate_state,
        channel,
        count(*) as slot_count,
        count(distinct product_id) as product_count,
        round(avg(popularity_percentile), 9) as mean_popularity_percentile,
        round(avg(expected_value_amount), 9) as mean_value_amount
    from slots
    group by slate_state, channel
)

select
    choices.*,
    breadths.mean_category_count
from choices
inner join breadths on choices.slate_state = breadths.slate_state and choices.channel = breadths.channel
