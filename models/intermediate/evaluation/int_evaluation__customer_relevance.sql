-- One row per judged cutoff, slate variant, target and customer who bought something of that target afterwards.
-- A customer without a slate counts with zeros.

with outcomes as (
    select * from {{ ref('int_ranking__outcomes') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate')
),

slates as (
    select * from {{ ref('int_evaluation__slates') }}
),

known_customers as (
    select * from {{ ref('int_features__customer_orders') }}
),

variants as (
    select distinct slate_variant from slates
),

targets as (
    select
        cutoff_at,
        customer_id,
        product_id,
        'new_products' as target
    from outcomes
    where is_new_product
    union all
    select
        cutoff_at,
        customer_id,
        product_id,
        'new_categories' as target
    from outcomes
    where is_new_product and is_new_category
),

hits as (
    select
        cutoffs.cutoff_at,
        cutoffs.cutoff_role,
        variants.slate_variant,
        targets.target,
        targets.customer_id,
        count(*) as target_count,
        count(slates.slot) as hit_count,
        sum(coalesce(1 / (ln(1 + slates.slot) / ln(2)), 0)) as dcg
    from cutoffs
    cross join variants
    inner join targets on cutoffs.cutoff_at = targets.cutoff_at
    inner join known_customers
        on
            targets.cutoff_at = known_customers.cutoff_at
            and targets.customer_id = known_customers.customer_id
    left join slates
        on
            cutoffs.cutoff_at = slates.cutoff_at
            and variants.slate_variant = slates.slate_variant
            and targets.customer_id = slates.customer_id
            and targets.product_id = slates.product_id
    group by cutoffs.cutoff_at, cutoffs.cutoff_role, variants.slate_variant, targets.target, targets.customer_id
),

ideals as (
    {{ ideal_dcg(var('metric_slot_count')) }}
)

select
    hits.cutoff_at,
    hits.cutoff_role,
    hits.slate_variant,
    hits.target,
    hits.customer_id,
    round(hits.dcg / ideals.ideal_dcg, 9) as ndcg,
    hits.hit_count / cast(hits.target_count as double) as recall,
    case when hits.hit_count > 0 then 1 else 0 end as hit_rate
from hits
inner join ideals on least(hits.target_count, {{ var('metric_slot_count') }}) = ideals.target_count
