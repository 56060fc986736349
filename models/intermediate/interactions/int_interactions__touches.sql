-- One row per touch between a customer and the house: what the customer did, was shown or was sent, with the product's
-- place in the range and the first cutoff that can see it.

with touches as (
    select
        event_type as touch_type,
        event_id as touch_id,
        customer_id,
        product_id,
        session_id,
        occurred_at as touched_at
    from {{ ref('stg_events') }}
    union all
    select
        'shown' as touch_type,
        impression_id as touch_id,
        customer_id,
        product_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        shown_at as touched_at
    from {{ ref('stg_impressions') }}
    union all
    select
        -- A person who writes is another thing than a mail to all.
        case when channel in ('{{ var('advisor_channels') | join("', '") }}') then 'advice' else 'send' end
            as touch_type,
        send_id as touch_id,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        sent_at as touched_at
    from {{ ref('stg_sends') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
)

select
    touches.touch_type,
    touches.touch_id,
    touches.customer_id,
    touches.product_id,
    coalesce(products.category, products.department, '{{ var("unknown_category") }}') as category,
    products.brand,
    coalesce(products.is_merchandise, false) as is_merchandise,
    -- Where no visit was recorded, a day is one.
    coalesce(touches.session_id, cast(cast(touches.touched_at as date) as {{ dbt.type_string() }})) as session_id,
    touches.touched_at,
    cutoffs.cutoff_at as first_cutoff_at
from touches
inner join cutoffs
    on
        touches.touched_at < cutoffs.cutoff_at
        and (cutoffs.previous_cutoff_at is null or touches.touched_at >= cutoffs.previous_cutoff_at)
left join products on touches.product_id = products.product_id
