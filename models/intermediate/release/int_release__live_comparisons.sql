-- One row per channel: these slates beside the live release's. NULL where there is nothing to compare with.

with figures as (
    select * from {{ ref('int_release__audit_figures') }}
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
)

select
    figures.channel,
    fresh.product_count / cast(nullif(live.product_count, 0) as double) as coverage_ratio,
    fresh.mean_popularity_percentile - live.mean_popularity_percentile as popularity_rise,
    fresh.mean_category_count / nullif(live.mean_category_count, 0) as category_ratio,
    fresh.mean_value_amount / nullif(live.mean_value_amount, 0) as value_ratio,
    figures.ndcg / nullif(live_releases.validate_ndcg, 0) as ndcg_ratio,
    churn.churn_share
from figures
left join exposure as fresh on figures.channel = fresh.channel and fresh.slate_state = 'new'
left join exposure as live on figures.channel = live.channel and live.slate_state = 'live'
left join live_releases on figures.channel = live_releases.channel
left join churn on figures.channel = churn.channel
