-- One row per channel of the var fallback_channels, customer and shared slate that the customer may be given: of the
-- category bought most, of the one looked at most, and of everybody.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

channels as (
    select * from {{ ref('int_integrity__channel_policies') }}
    where channel in ('{{ var("fallback_channels") | join("', '") }}')
),

customers as (
    select * from {{ ref('stg_customers') }}
),

blocked as (
    select distinct
        channels.channel,
        verdicts.customer_id
    from {{ ref('int_rules__verdicts') }} as verdicts
    inner join serve on verdicts.cutoff_at = serve.cutoff_at
    inner join channels on coalesce(verdicts.channel, channels.channel) = channels.channel
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
),

wanted as (
    select
        customer_id,
        category as shared_key,
        1 as option_rank
    from bought
    where place = 1
    union all
    select
        customer_id,
        category as shared_key,
        2 as option_rank
    from viewed
    where place = 1
),

options as (
    select
        shared.channel,
        wanted.customer_id,
        'category' as shared_type,
        wanted.shared_key,
        wanted.option_rank
    from wanted
    inner join shared on wanted.shared_key = shared.shared_key
    union all
    select
        channels.channel,
        customers.customer_id,
        'everybody' as shared_type,
        'everybody' as shared_key,
        3 as option_rank
    from customers
    cross join channels
)

select
    serve.cutoff_at,
    options.channel,
    options.customer_id,
    options.shared_type,
    options.shared_key,
    options.option_rank,
    case options.option_rank when 1 then 'segment' when 2 then 'category' else 'popular' end as fallback_level
from options
cross join serve
inner join channels on options.channel = channels.channel
inner join customers on options.customer_id = customers.customer_id
left join blocked
    on
        options.channel = blocked.channel
        and options.customer_id = blocked.customer_id
where
    (customers.registered_at is null or customers.registered_at < serve.cutoff_at)
    and blocked.customer_id is null
