-- One row per cutoff, customer and product that the customer viewed, wanted, clicked or was shown before it. Counted
-- once per period between two cutoffs and summed up to each cutoff, like int_interactions__customer_products.

with touches as (
    select
        touches.*,
        row_number() over (
            partition by customer_id, product_id, touch_type, session_id order by touched_at asc, touch_id asc
        ) as place_in_session
    from {{ ref('int_interactions__touches') }} as touches
    where is_merchandise and touch_type in ('view', 'click', 'cart', 'wishlist', 'shown')
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
        {%- for touch_type in ['view', 'click', 'cart', 'wishlist', 'shown'] %}
        sum(case when touch_type = '{{ touch_type }}' then 1 else 0 end) as {{ touch_type }}_count,
        {%- endfor %}
        {%- for weight, touch_types in {'view_weight': "'view'", 'want_weight': "'cart', 'wishlist'"}.items() %}
        sum(case when touch_type in ({{ touch_types }}) then cast({{ decay(
            dbt.datediff('touched_at', 'first_cutoff_at', 'day'), var('intent_half_life_days')
        ) }} as decimal(18, 9)) else 0 end) as {{ weight }},
        {%- endfor %}
        sum(case when touch_type = 'view' and place_in_session = 1 then 1 else 0 end) as session_count,
        min(case when touch_type = 'view' then touched_at end) as first_viewed_at,
        max(case when touch_type = 'view' then touched_at end) as last_viewed_at,
        max(case when touch_type = 'shown' then touched_at end) as last_shown_at,
        max(case when touch_type in ('cart', 'wishlist') then touched_at end) as last_wanted_at
    from touches
    group by first_cutoff_at, customer_id, product_id, category, brand
),

interests as (
    select
        cutoffs.cutoff_at,
        periods.customer_id,
        periods.product_id,
        periods.category,
        periods.brand,
        {%- for name in ['view', 'click', 'cart', 'wishlist', 'shown', 'session'] %}
        cast(sum(periods.{{ name }}_count) as bigint) as {{ name }}_count,
        {%- endfor %}
        {%- for weight in ['view_weight', 'want_weight'] %}
        cast(sum(cast(periods.{{ weight }} * {{ decay(
            dbt.datediff('periods.first_cutoff_at', 'cutoffs.cutoff_at', 'day'), var('intent_half_life_days')
        ) }} as decimal(18, 9))) as double) as {{ weight }},
        {%- endfor %}
        min(periods.first_viewed_at) as first_viewed_at,
        max(periods.last_viewed_at) as last_viewed_at,
        max(periods.last_shown_at) as last_shown_at,
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
    {{ dbt.datediff('last_viewed_at', 'cutoff_at', 'day') }} as days_since_view,
    {{ dbt.datediff('last_wanted_at', 'cutoff_at', 'day') }} as days_since_want,
    {{ dbt.datediff('last_shown_at', 'cutoff_at', 'day') }} as days_since_shown,
    case
        when is_wanted
            then row_number() over (
                partition by cutoff_at, customer_id, is_wanted order by last_wanted_at desc, product_id asc
            )
    end as want_rank
from open_interests
