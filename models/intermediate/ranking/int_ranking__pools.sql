-- One row per cutoff, channel, customer and candidate that the re-ranker may choose: the pool of the best by score, and
-- reserves beyond it, the best of each category and brand, and of each group that a guardrail asks for.

{{- raise_when_any(
    "select problem from " ~ ref('int_ranking__objective_errors') ~ " order by problem",
    "seeds/objective_weights.csv asks for what the data cannot say:"
) }}

with scored as (
    select * from {{ ref('int_ranking__scored') }}
),

ranked as (
    select
        scored.*,
        row_number() over (
            partition by cutoff_at, channel, customer_id
            order by is_required desc, objective_score desc, product_id asc
        ) as objective_rank,
        row_number() over (
            partition by cutoff_at, channel, customer_id, category
            order by is_required desc, objective_score desc, product_id asc
        ) as category_rank,
        row_number() over (
            partition by cutoff_at, channel, customer_id, brand
            order by is_required desc, objective_score desc, product_id asc
        ) as brand_rank
    from scored
),

grouped as (
    select
        scored.cutoff_at,
        scored.channel,
        scored.customer_id,
        scored.product_id,
        reserve_groups.reserve_count,
        row_number() over (
            partition by
                scored.cutoff_at, scored.channel, scored.customer_id, reserve_groups.attribute_name,
                reserve_groups.attribute_value
            order by scored.is_required desc, scored.objective_score desc, scored.product_id asc
        ) as group_rank
    from scored
    inner join {{ ref('int_ranking__reserve_groups') }} as reserve_groups
        on
            scored.cutoff_at = reserve_groups.cutoff_at
            and scored.channel = reserve_groups.channel
            and scored.product_id = reserve_groups.product_id
),

reserves as (
    select distinct
        cutoff_at,
        channel,
        customer_id,
        product_id
    from grouped
    where group_rank <= reserve_count
)

select
    ranked.cutoff_at,
    ranked.channel,
    ranked.customer_id,
    ranked.product_id,
    ranked.is_required,
    ranked.objective_score,
    ranked.objective_rank,
    ranked.objective_rank > {{ var('rerank_pool_size') }} as is_reserve
from ranked
left join reserves
    on
        ranked.cutoff_at = reserves.cutoff_at
        and ranked.channel = reserves.channel
        and ranked.customer_id = reserves.customer_id
        and ranked.product_id = reserves.product_id
where
    ranked.objective_rank <= {{ var('rerank_pool_size') }}
    or ranked.category_rank <= {{ var('reserves_per_group') }}
    or (ranked.brand is not null and ranked.brand_rank <= {{ var('reserves_per_group') }})
    or reserves.product_id is not null
