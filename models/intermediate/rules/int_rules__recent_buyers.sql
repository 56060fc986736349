-- Who ordered within the days that a campaign of seeds/campaigns.csv leaves buyers in peace gets nothing of it.

with campaigns as (
    select * from {{ ref('int_integrity__campaigns') }}
    where suppress_buyers_days is not null
),

orders as (
    select * from {{ ref('int_interactions__orders') }}
)

select
    campaigns.cutoff_at,
    campaigns.channel,
    orders.customer_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'recent_buyers' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    'bought within ' || cast(max(campaigns.suppress_buyers_days) as {{ dbt.type_string() }}) || ' days' as reason
from campaigns
inner join orders
    on
        orders.ordered_at < campaigns.cutoff_at
        and orders.ordered_at >= {{ days_after('campaigns.cutoff_at', '-campaigns.suppress_buyers_days') }}
group by campaigns.cutoff_at, campaigns.channel, orders.customer_id
