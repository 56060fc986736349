-- One row per channel: these slates beside the live release's. NULL where there is nothing to compare with.

with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

slates as (
    select * from {{ ref('int_release__slates') }}
),

live_slates as (
    select * from {{ ref('int_release__live_slates') }}
),

exposure as (
    select * from {{ ref('int_release__exposure') }}
),

live_releases as (
    select distinct
        channel,
        validate_ndcg
    from live_slates
),

-- Customers with slates in both: who joined or left says nothing of how much a customer's own slate changes.
both_times as (
    select distinct
        live_slates.channel,
        live_slates.customer_id
    from live_slates
    inner join slates on live_slates.channel = slates.channel and live_slates.customer_id = slates.customer_id
),

churn as (
    select
        live_slates.channel,
        1 - count(slates.slot) / cast(count(*) as double) as churn_share
    from live_slates
    inner join both_times
        on live_slates.channel = both_times.channel and live_slates.customer_id = both_times.customer_id
    left join slates
        on
            live_slates.channel = slates.channel
            and live_slates.customer_id = slates.customer_id
            and live_slates.product_id = slates.product_id
    group by live_slates.channel
),

metrics as (
    select * from {{ ref('evaluation_metrics') }}
    where
        cutoff_role = 'validate'
        and customer_segment = 'all'
        and target = 'new_products'
        and metric_name = 'ndcg_at_{{ var("metric_slot_count") }}'
)

select
    policies.channel,
    fresh.product_count / cast(nullif(live.product_count, 0) as double) as coverage_ratio,
    fresh.mean_popularity_percentile - live.mean_popularity_percentile as popularity_rise,
    fresh.mean_category_count / nullif(live.mean_category_count, 0) as category_ratio,
    fresh.mean_value_amount / nullif(live.mean_value_amount, 0) as value_ratio,
    metrics.metric_value / nullif(live_releases.validate_ndcg, 0) as ndcg_ratio,
    churn.churn_share
from policies
left join exposure as fresh on policies.channel = fresh.channel and fresh.slate_state = 'new'
left join exposure as live on policies.channel = live.channel and live.slate_state = 'live'
left join live_releases on policies.channel = live_releases.channel
left join churn on policies.channel = churn.channel
left join metrics on metrics.slate_variant = {{ evaluated_variant('policies.channel') }}
