-- One row per day shown, day known, channel, segment, product and count_type: how many impressions, and how many of
-- them were clicked or bought. Counts add up: those known before a cutoff are what it may see.

with impressions as (
    select * from {{ ref('int_feedback__impression_outcomes') }}
),

counted as (
    select
        'impression' as count_type,
        cast(shown_at as date) as known_on,
        impressions.*
    from impressions
    union all
    select
        'click' as count_type,
        cast(clicked_at as date) as known_on,
        impressions.*
    from impressions
    where clicked_at is not null
    union all
    select
        'purchase' as count_type,
        cast(purchased_at as date) as known_on,
        impressions.*
    from impressions
    where purchased_at is not null
)

select
    cast(shown_at as date) as shown_on,
    known_on,
    channel,
    segment,
    product_id,
    count_type,
    count(*) as impression_count
from counted
group by cast(shown_at as date), known_on, channel, segment, product_id, count_type
