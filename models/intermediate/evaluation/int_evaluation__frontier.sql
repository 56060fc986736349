-- One row per channel and point, that is weights of novelty and value and strength of diversity: what the slates of the
-- validate cutoff would have been. The policy's own point is marked, and so is every point that no other dominates.

with weights as (
    select distinct
        channel,
        point_number,
        popularity_penalty,
        value_weight,
        diversity_strength,
        is_policy
    from {{ ref('int_evaluation__frontier_slates') }}
),

relevance as (
    select
        channel,
        point_number,
        cutoff_at,
        cast(count(*) as bigint) as customer_count,
        round(avg(ndcg), 9) as ndcg,
        round(stddev_samp(ndcg) / sqrt(count(*)), 9) as ndcg_standard_error,
        round(avg(recall), 9) as recall
    from {{ ref('int_evaluation__frontier_relevance') }}
    group by channel, point_number, cutoff_at
),

figures as (
    select * from {{ ref('int_evaluation__frontier_figures') }}
),

points as (
    select
        weights.*,
        relevance.cutoff_at,
        relevance.customer_count,
        relevance.ndcg,
        relevance.ndcg_standard_error,
        relevance.recall,
        figures.mean_popularity_percentile,
        figures.catalogue_coverage,
        figures.mean_category_count,
        figures.intra_list_distance,
        figures.mean_slate_amount
    from weights
    inner join relevance
        on
            weights.channel = relevance.channel
            and weights.point_number = relevance.point_number
    inner join figures
        on
            weights.channel = figures.channel
            and weights.point_number = figures.point_number
),

-- Another is at least as good in all respects, and better in one.
dominated as (
    select distinct
        points.channel,
        points.point_number
    from points
    inner join points as other
        on
            points.channel = other.channel
            and points.ndcg <= other.ndcg
            and points.catalogue_coverage <= other.catalogue_coverage
            and points.mean_popularity_percentile >= other.mean_popularity_percentile
            and points.mean_slate_amount <= other.mean_slate_amount
            and points.mean_category_count <= other.mean_category_count
    where
        points.ndcg < other.ndcg
        or points.catalogue_coverage < other.catalogue_coverage
        or points.mean_popularity_percentile > other.mean_popularity_percentile
        or points.mean_slate_amount < other.mean_slate_amount
        or points.mean_category_count < other.mean_category_count
)

select
    points.*,
    dominated.channel is null as is_efficient
from points
left join dominated
    on
        points.channel = dominated.channel
        and points.point_number = dominated.point_number
