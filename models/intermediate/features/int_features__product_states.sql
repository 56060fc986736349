-- One row per cutoff and product: price, activity and stock as they were recorded at that instant.

with states as (
    select * from {{ ref('stg_product_states') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

states_at_cutoff as (
    select
        cutoffs.cutoff_at,
        states.*,
        row_number() over (
            partition by cutoffs.cutoff_at, states.product_id
            order by states.valid_from_at desc, states.list_price_amount desc nulls last
        ) as state_rank
    from states
    inner join cutoffs
        on
            states.valid_from_at < cutoffs.cutoff_at
            and (states.valid_to_at is null or states.valid_to_at >= cutoffs.cutoff_at)
)

select
    cutoff_at,
    product_id,
    is_active,
    stock_quantity,
    list_price_amount,
    unit_cost_amount,
    tier
from states_at_cutoff
where state_rank = 1
