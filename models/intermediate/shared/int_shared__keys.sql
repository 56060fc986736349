-- One row per channel of the var fallback_channels and customer: the shared slate that the customer may be given, of
-- the category bought most, of the one looked at most or of everybody, the first that there is.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

channels as (
    select * from {{ ref('int_integrity__channel_policies') }}
    where channel in ('{{ var("fallback_channels") | join("', '") }}')
),

customers as (
    select customers.*
    from {{ ref('stg_customers') }} as customers
    cross join serve
    left join {{ ref('stg_erasure_requests') }} as requests
        on
            customers.customer_id = requests.customer_id
            and requests.requested_at < serve.cutoff_at
    where requests.customer_id is null
),

blocked as (
    select verdicts.*
    from {{ ref('int_rules__verdicts') }} as verdicts
    inner join serve on verdicts.cutoff_at = serve.cutoff_at
    where verdicts.verdict = 'block' and verdicts.product_id is null
),

bought as (
    select
        categories.customer_id,
        categories.category,
        row_number() over (
            partition by categories.customer_id order by categories.weight desc, categories.category asc
        ) as place
    from {{ ref('int_features__customer_categories') }} as categories
    inner join serve on categories.cutoff_at = serve.cutoff_at
),

viewed as (
    select
        interests.customer_id,
        interests.scope_value as category,
        row_number() over (
            partition by interests.customer_id order by interests.view_share desc, interests.scope_value asc
        ) as place
    from {{ ref('int_features__customer_interests') }} as interests
    inner join serve on interests.cutoff_at = serve.cutoff_at
    where interests.interest_scope = 'category'
),

shared as (
    select distinct
        channel,
        shared_key
    from {{ ref('int_shared__slates') }}
    where shared_type = 'category'
)

select
    serve.cutoff_at,
    channels.channel,
    customers.customer_id,
    case when coalesce(of_bought.shared_key, of_viewed.shared_key) is null then 'everybody' else 'category' end
        as shared_type,
    coalesce(of_bought.shared_key, of_viewed.shared_key, 'everybody') as shared_key,
    case
        when of_bought.shared_key is not null then 'segment'
        when of_viewed.shared_key is not null then 'category'
        else 'popular'
    end as fallback_level
from customers
cross join serve
cross join channels
left join bought on customers.customer_id = bought.customer_id and bought.place = 1
left join viewed on customers.customer_id = viewed.customer_id and viewed.place = 1
left join shared as of_bought
    on channels.channel = of_bought.channel and bought.category = of_bought.shared_key
left join shared as of_viewed
    on channels.channel = of_viewed.channel and viewed.category = of_viewed.shared_key
left join blocked
    on
        customers.customer_id = blocked.customer_id
        and channels.channel = coalesce(blocked.channel, channels.channel)
where
    (customers.registered_at is null or customers.registered_at < serve.cutoff_at)
    and blocked.customer_id is null
