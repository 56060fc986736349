-- One row per channel, point of the frontier and customer who bought a new product: how much of it the slate found.

with slates as (
    select * from {{ ref('int_evaluation__frontier_slates') }}
    where slot <= {{ var('metric_slot_count') }}
),

points as (
    select distinct
        channel,
        point_number
    from slates
),

-- As in evaluation_metrics: products never bought before, of customers who were known at the cutoff.
targets as (
    select
        outcomes.cutoff_at,
        outcomes.customer_id,
        outcomes.product_id
    from {{ ref('int_ranking__outcomes') }} as outcomes
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs
        on outcomes.cutoff_at = cutoffs.cutoff_at and cutoffs.cutoff_role = 'validate'
    inner join {{ ref('int_features__customer_orders') }} as known_customers
        on
            outcomes.cutoff_at = known_customers.cutoff_at
            and outcomes.customer_id = known_customers.customer_id
    where outcomes.is_new_product
),

hits as (
    select
        points.channel,
        points.point_number,
        targets.cutoff_at,
        targets.customer_id,
        count(*) as target_count,
        count(slates.slot) as hit_count,
        sum(coalesce(1 / (ln(1 + slates.slot) / ln(2)), 0)) as dcg
    from points
    cross join targets
    left join slates
        on
            points.channel = slates.channel
            and points.point_number = slates.point_number
            and targets.customer_id = slates.customer_id
            and targets.product_id = slates.product_id
    group by points.channel, points.point_number, targets.cutoff_at, targets.customer_id
),

ideals as (
    {{ ideal_dcg(var('metric_slot_count')) }}
)

select
    hits.channel,
    hits.point_number,
    hits.cutoff_at,
    hits.customer_id,
    round(hits.dcg / ideals.ideal_dcg, 9) as ndcg,
    hits.hit_count / cast(hits.target_count as double) as recall
from hits
inner join ideals on least(hits.target_count, {{ var('metric_slot_count') }}) = ideals.target_count
