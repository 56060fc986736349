-- One row per cutoff: which kinds of touch had been recorded by then at all. What a shop does not record is unknown of
-- each of its customers, which is something else than none.

{%- set touch_types = ['view', 'cart', 'wishlist', 'click', 'open', 'shown', 'advice'] %}

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

recorded as (
    select
        touch_type,
        min(first_cutoff_at) as first_cutoff_at
    from {{ ref('int_interactions__touches') }}
    group by touch_type
)

select
    cutoffs.cutoff_at,
    {%- for touch_type in touch_types %}
    coalesce(max(case when recorded.touch_type = '{{ touch_type }}' then 1 end), 0) = 1 as has_{{ touch_type }},
    {%- endfor %}
    coalesce(max(case when recorded.touch_type in ('cart', 'wishlist') then 1 end), 0) = 1 as has_want
from cutoffs
left join recorded on cutoffs.cutoff_at >= recorded.first_cutoff_at
group by cutoffs.cutoff_at
