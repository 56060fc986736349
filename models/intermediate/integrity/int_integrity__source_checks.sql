-- One row per entity that is written every day: how old its newest row is, and how many rows the last week has beside
-- the eight before it.

{%- set entities = {
    'order_line': [ref('stg_order_lines'), 'ordered_at'],
    'event': [ref('stg_events'), 'occurred_at'],
    'send': [ref('stg_sends'), 'sent_at'],
    'impression': [ref('stg_impressions'), 'shown_at'],
} %}
{%- set week_ago, nine_weeks_ago = days_after(as_of(), -7), days_after(as_of(), -63) %}

with counted as (
    {%- for entity, source in entities.items() %}
    select
        '{{ entity }}' as entity,
        count(*) as row_count,
        max({{ source[1] }}) as newest_at,
        count(case when {{ source[1] }} >= {{ week_ago }} then 1 end) as week_count,
        count(case when {{ source[1] }} < {{ week_ago }} and {{ source[1] }} >= {{ nine_weeks_ago }} then 1 end)
        / cast(8 as double) as usual_week_count
    from {{ source[0] }}
    where {{ source[1] }} < {{ as_of() }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    entity,
    row_count,
    newest_at,
    {{ dbt.datediff('newest_at', as_of(), 'hour') }} / cast(24 as double) as age_days,
    week_count,
    usual_week_count,
    week_count / nullif(usual_week_count, 0) as volume_ratio
from counted
