-- One row per pair of anchor and next, customer and days since the customer's last anchor in an earlier week: how many
-- purchases then count, and how many of them are of next. The rest is what the anchor does not bring about: it tells
-- how much the customer buys anyway. Days are NULL before the first anchor and long after the last.

{%- set pair = ['anchor_attribute', 'anchor_value', 'next_attribute', 'next_value'] %}
{%- set keys = pair | join(', ') %}

with purchases as (
    select * from {{ ref('int_journeys__pair_purchases') }}
),

weeks as (
    select
        {{ keys }},
        cutoff_at,
        customer_id,
        week_on,
        max(anchor_flag) as anchor_flag,
        sum(next_flag) as next_count,
        sum(greatest(next_flag, other_flag)) as purchase_count
    from purchases
    group by {{ keys }}, cutoff_at, customer_id, week_on
),

placed as (
    select
        weeks.*,
        max(case when anchor_flag = 1 then week_on end) over (
            partition by {{ keys }}, customer_id
            order by week_on asc
            rows between unbounded preceding and 1 preceding
        ) as anchor_week_on
    from weeks
),

counted as (
    select
        placed.*,
        {{ dbt.datediff('anchor_week_on', 'week_on', 'day') }} as days_since_anchor
    from placed
    where purchase_count > 0
)

select
    {{ keys }},
    cutoff_at,
    customer_id,
    case when days_since_anchor <= {{ var('journey_max_lag_days') }} then days_since_anchor end as days_since_anchor,
    cast(sum(purchase_count) as bigint) as purchase_count,
    cast(sum(next_count) as bigint) as next_count
from counted
group by
    {{ keys }},
    cutoff_at,
    customer_id,
    case when days_since_anchor <= {{ var('journey_max_lag_days') }} then days_since_anchor end
