-- One row per cutoff, customer and product that the customer viewed, wished for or carted before it. Counted once per
-- period between two cutoffs and summed up to each cutoff, like int_interactions__customer_products.

with events as (
    select * from {{ ref('int_interactions__product_events') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

periods as (
    select
        first_cutoff_at,
        customer_id,
        product_id,
        category,
        brand,
        {%- for weight, event_types in {'view_weight': "'view'", 'want_weight': "'cart', 'wishlist'"}.items() %}
        sum(case when event_type in ({{ event_types }}) then cast({{ decay(
            dbt.datediff('occurred_at', 'first_cutoff_at', 'day'), var('intent_half_life_days')
        ) }} as decimal(18, 9)) else 0 end) as {{ weight }},
        {%- endfor %}
        sum(case when event_type = 'cart' then 1 else 0 end) as cart_count,
        max(case when event_type in ('cart', 'wishlist') then occurred_at end) as last_wanted_at
    from events
    group by first_cutoff_at, customer_id, product_id, category, brand
),

interests as (
    select
        cutoffs.cutoff_at,
        periods.customer_id,
        periods.product_id,
        periods.category,
        periods.brand,
        {%- for weight in ['view_weight', 'want_weight'] %}
        cast(sum(cast(periods.{{ weight }} * {{ decay(
            dbt.datediff('periods.first_cutoff_at', 'cutoffs.cutoff_at', 'day'), var('intent_half_life_days')
        ) }} as decimal(18, 9))) as double) as {{ weight }},
        {%- endfor %}
        cast(sum(periods.cart_count) as bigint) as cart_count,
        max(periods.last_wanted_at) as last_wanted_at
    from periods
    inner join cutoffs on periods.first_cutoff_at <= cutoffs.cutoff_at
    group by cutoffs.cutoff_at, periods.customer_id, periods.product_id, periods.category, periods.brand
),

open_interests as (
    select
        interests.*,
        purchases.product_id is not null as is_owned,
        -- Wished for or carted, and not bought since.
        interests.last_wanted_at is not null
        and (purchases.last_ordered_at is null or interests.last_wanted_at > purchases.last_ordered_at) as is_wanted
    from interests
    left join {{ ref('int_interactions__customer_products') }} as purchases
        on
            interests.cutoff_at = purchases.cutoff_at
            and interests.customer_id = purchases.customer_id
            and interests.product_id = purchases.product_id
)

select
    open_interests.*,
    {{ dbt.datediff('last_wanted_at', 'cutoff_at', 'day') }} as days_since_want,
    case
        when is_wanted
            then row_number() over (
                partition by cutoff_at, customer_id, is_wanted order by last_wanted_at desc, product_id asc
            )
    end as want_rank
from open_interests
