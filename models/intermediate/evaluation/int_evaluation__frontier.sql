-- One row per channel and point, that is popularity penalty and value weight: what the slates of the validate cutoff
-- would have been. The policy's own point is marked, and so is every point that no other beats in all respects.

with slates as (
    select * from {{ ref('int_evaluation__frontier_slates') }}
    where slot <= {{ var('metric_slot_count') }}
),

validate_cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'validate'
),

products as (
    select products.*
    from {{ ref('int_features__products') }} as products
    inner join validate_cutoffs on products.cutoff_at = validate_cutoffs.cutoff_at
),

catalogue as (
    select count(*) as product_count
    from products
    where is_sellable
),

relevance as (
    select
        channel,
        popularity_penalty,
        value_weight,
        is_policy,
        cutoff_at,
        cast(count(*) as bigint) as customer_count,
        round(avg(ndcg), 9) as ndcg,
        round(stddev_samp(ndcg) / sqrt(count(*)), 9) as ndcg_standard_error,
        round(avg(recall), 9) as recall
    from {{ ref('int_evaluation__frontier_relevance') }}
    group by channel, popularity_penalty, value_weight, is_policy, cutoff_at
),

figures as (
    select
        slates.channel,
        slates.popularity_penalty,
        slates.value_weight,
        round(avg(products.popularity_percentile), 9) as mean_popularity_percentile,
        count(distinct slates.product_id) / cast(min(catalogue.product_count) as double) as catalogue_coverage,
        count(distinct slates.customer_id || '|' || products.category)
        / cast(count(distinct slates.customer_id) as double) as mean_category_count,
        {{ exact_sum('products.price_amount') }} / count(distinct slates.customer_id) as mean_slate_amount
    from slates
    inner join products on slates.product_id = products.product_id
    cross join catalogue
    group by slates.channel, slates.popularity_penalty, slates.value_weight
),

points as (
    select
        relevance.*,
        figures.mean_popularity_percentile,
        figures.catalogue_coverage,
        figures.mean_category_count,
        figures.mean_slate_amount
    from relevance
    inner join figures
        on
            relevance.channel = figures.channel
            and relevance.popularity_penalty = figures.popularity_penalty
            and relevance.value_weight = figures.value_weight
),

-- At least as good in all respects, and better in one.
beaten as (
    select distinct
        points.channel,
        points.popularity_penalty,
        points.value_weight
    from points
    inner join points as other
        on
            points.channel = other.channel
            and points.ndcg <= other.ndcg
            and points.catalogue_coverage <= other.catalogue_coverage
            and points.mean_popularity_percentile >= other.mean_popularity_percentile
            and points.mean_slate_amount <= other.mean_slate_amount
            and (
                points.ndcg < other.ndcg
                or points.catalogue_coverage < other.catalogue_coverage
                or points.mean_popularity_percentile > other.mean_popularity_percentile
                or points.mean_slate_amount < other.mean_slate_amount
            )
)

select
    points.*,
    beaten.channel is null as is_efficient
from points
left join beaten
    on
        points.channel = beaten.channel
        and points.popularity_penalty = beaten.popularity_penalty
        and points.value_weight = beaten.value_weight
