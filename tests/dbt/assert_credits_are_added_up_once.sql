-- What was credited to impressions is what the credited order lines amount to: no line twice, none lost, none made up.

with credited as (
    select
        count(*) as line_count,
        {{ exact_sum('order_lines.net_amount') }} as net_amount
    from {{ ref('stg_order_lines') }} as order_lines
    where
        order_lines.order_line_id in (
            select credits.action_id from {{ ref('int_feedback__credits') }} as credits
            where credits.credit_type = 'purchase'
        )
),

added_up as (
    select
        sum(order_line_count) as line_count,
        {{ exact_sum('purchased_amount') }} as net_amount
    from {{ ref('int_feedback__impression_outcomes') }}
)

select
    credited.line_count,
    credited.net_amount,
    added_up.line_count as added_line_count,
    added_up.net_amount as added_amount
from credited
cross join added_up
where
    credited.line_count != coalesce(added_up.line_count, 0)
    or abs(coalesce(credited.net_amount, 0) - coalesce(added_up.net_amount, 0)) > 0.00005
