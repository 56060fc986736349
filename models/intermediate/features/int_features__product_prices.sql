-- One row per cutoff and product sold within a year before it: what was paid for it lately, against its usual price.

{%- set windows = var('recent_window_days') %}

with order_lines as (
    select * from {{ ref('int_interactions__order_lines') }}
    where is_merchandise and not is_return and quantity > 0
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

aged_lines as (
    select
        cutoffs.cutoff_at,
        order_lines.product_id,
        order_lines.quantity,
        order_lines.net_amount,
        -- Without a list price nothing is known of a discount.
        case
            when order_lines.list_amount > 0 then greatest(order_lines.list_amount - order_lines.net_amount, 0)
        end as discount_amount,
        case when order_lines.list_amount > 0 then order_lines.list_amount end as list_amount,
        {{ dbt.datediff('order_lines.ordered_at', 'cutoffs.cutoff_at', 'day') }} as days_since_line
    from order_lines
    inner join cutoffs
        on
            order_lines.first_cutoff_at <= cutoffs.cutoff_at
            and order_lines.ordered_at >= {{ days_after('cutoffs.cutoff_at', -var('season_days')) }}
),

product_prices as (
    select
        cutoff_at,
        product_id,
        {{ exact_sum('net_amount') }} / nullif({{ exact_sum('quantity') }}, 0) as paid_price_amount,
        {%- for days in windows %}
        {{ exact_sum('case when days_since_line <= ' ~ days ~ ' then net_amount end') }}
        / nullif({{ exact_sum('case when days_since_line <= ' ~ days ~ ' then quantity end') }}, 0)
            as paid_price_amount_{{ days }}d,
        {{ exact_sum('case when days_since_line <= ' ~ days ~ ' then discount_amount end') }}
        / nullif({{ exact_sum('case when days_since_line <= ' ~ days ~ ' then list_amount end') }}, 0)
            as discount_share_{{ days }}d,
        {%- endfor %}
        {{ exact_sum('discount_amount') }} / nullif({{ exact_sum('list_amount') }}, 0) as discount_share,
        {{ exact_sum('quantity') }} / count(*) as mean_line_quantity
    from aged_lines
    group by cutoff_at, product_id
)

select
    cutoff_at,
    product_id,
    paid_price_amount,
    {%- for days in windows %}
    paid_price_amount_{{ days }}d / nullif(paid_price_amount, 0) as price_ratio_{{ days }}d,
    discount_share_{{ days }}d,
    {%- endfor %}
    discount_share,
    mean_line_quantity
from product_prices
