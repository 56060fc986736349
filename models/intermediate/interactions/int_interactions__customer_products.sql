-- One row per cutoff, customer and product bought before it. What is additive is counted once per period
-- between two cutoffs and summed up to each cutoff, so that a further cutoff costs no further pass.

with order_lines as (
    select * from {{ ref('int_interactions__order_lines') }}
    where is_merchandise and not is_return
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

product_orders as (
    select
        first_cutoff_at,
        customer_id,
        product_id,
        order_id,
        category,
        brand,
        min(ordered_at) as ordered_at,
        sum(cast(quantity as decimal(18, 4))) as quantity,
        sum(cast(net_amount as decimal(18, 4))) as net_amount
    from order_lines
    group by first_cutoff_at, customer_id, product_id, order_id, category, brand
),

periods as (
    select
        first_cutoff_at,
        customer_id,
        product_id,
        category,
        brand,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at,
        count(*) as order_count,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount,
        -- Fixed point, so that the sum is the same in any order of the rows.
        sum(cast({{ decay(
            dbt.datediff('ordered_at', 'first_cutoff_at', 'day'), var('interaction_half_life_days')
        ) }} as decimal(18, 9))) as weight,
        sum(cast({{ decay(
            dbt.datediff('ordered_at', 'first_cutoff_at', 'day'), var('intent_half_life_days')
        ) }} as decimal(18, 9))) as intent_weight
    from product_orders
    group by first_cutoff_at, customer_id, product_id, category, brand
)

select
    cutoffs.cutoff_at,
    periods.customer_id,
    periods.product_id,
    periods.category,
    periods.brand,
    min(periods.first_ordered_at) as first_ordered_at,
    max(periods.last_ordered_at) as last_ordered_at,
    cast(sum(periods.order_count) as bigint) as order_count,
    cast(sum(periods.quantity) as double) as quantity,
    cast(sum(periods.net_amount) as double) as net_amount,
    cast(sum(cast(periods.weight * {{ decay(
        dbt.datediff('periods.first_cutoff_at', 'cutoffs.cutoff_at', 'day'), var('interaction_half_life_days')
    ) }} as decimal(18, 9))) as double) as weight,
    cast(sum(cast(periods.intent_weight * {{ decay(
        dbt.datediff('periods.first_cutoff_at', 'cutoffs.cutoff_at', 'day'), var('intent_half_life_days')
    ) }} as decimal(18, 9))) as double) as intent_weight,
    {{ dbt.datediff('max(periods.last_ordered_at)', 'cutoffs.cutoff_at', 'day') }} as days_since_order
from periods
inner join cutoffs on periods.first_cutoff_at <= cutoffs.cutoff_at
group by cutoffs.cutoff_at, periods.customer_id, periods.product_id, periods.category, periods.brand
