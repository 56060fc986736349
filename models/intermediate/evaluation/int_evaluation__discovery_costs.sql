-- One row per channel and goal of discovery: the point of the frontier that reaches it at the least cost in relevance,
-- or where none does the one that comes closest, against the point of relevance alone.

{%- set goals = {
    'popularity_gap_halved': [
        'mean_popularity_percentile',
        '(mean_popularity_percentile + ' ~ var('catalogue_popularity_percentile') ~ ') / 2', -1
    ],
    'coverage_doubled': ['catalogue_coverage', '2 * catalogue_coverage', 1],
    'two_more_categories': ['mean_category_count', 'mean_category_count + 2', 1],
} %}

with points as (
    select * from {{ ref('int_evaluation__frontier') }}
),

ordered_points as (
    select
        points.*,
        row_number() over (partition by channel order by diversity_strength asc) as start_order
    from points
    where popularity_penalty = 0 and value_weight = 0
),

starts as (
    select * from ordered_points
    where start_order = 1
),

goals as (
    {%- for goal, parts in goals.items() %}
    select
        channel,
        point_number as start_point_number,
        '{{ goal }}' as goal,
        {{ parts[0] }} as start_value,
        {{ parts[1] }} as goal_value
    from starts
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

reached as (
    select
        goals.*,
        points.point_number,
        case goals.goal
            {%- for goal, parts in goals.items() %}
            when '{{ goal }}' then points.{{ parts[0] }}
            {%- endfor %}
        end as point_value,
        -- What lacks to the goal; not above zero where it is reached.
        case goals.goal
            {%- for goal, parts in goals.items() %}
            when '{{ goal }}' then round({{ parts[2] }} * (goals.goal_value - points.{{ parts[0] }}), 9)
            {%- endfor %}
        end as missing_value
    from goals
    inner join points on goals.channel = points.channel
),

ranked as (
    select
        reached.*,
        row_number() over (
            partition by reached.channel, reached.goal
            order by greatest(reached.missing_value, 0) asc, points.ndcg desc, reached.point_number asc
        ) as preference
    from reached
    inner join points
        on
            reached.channel = points.channel
            and reached.point_number = points.point_number
),

chosen as (
    select * from ranked
    where preference = 1
),

-- The same customers under both points.
costs as (
    select
        chosen.channel,
        chosen.goal,
        round(avg(one.ndcg), 9) as start_ndcg,
        round(avg(other.ndcg), 9) as ndcg,
        round(avg(one.ndcg - other.ndcg), 9) as ndcg_cost,
        round(stddev_samp(one.ndcg - other.ndcg) / sqrt(count(*)), 9) as ndcg_cost_standard_error,
        cast(count(*) as bigint) as customer_count
    from chosen
    inner join {{ ref('int_evaluation__frontier_relevance') }} as one
        on
            chosen.channel = one.channel
            and chosen.start_point_number = one.point_number
    inner join {{ ref('int_evaluation__frontier_relevance') }} as other
        on
            chosen.channel = other.channel
            and chosen.point_number = other.point_number
            and one.customer_id = other.customer_id
    group by chosen.channel, chosen.goal
)

select
    costs.*,
    points.cutoff_at,
    chosen.start_value,
    chosen.goal_value,
    chosen.point_value,
    chosen.missing_value <= 0 as is_reached,
    points.popularity_penalty,
    points.value_weight,
    points.diversity_strength,
    costs.ndcg_cost / nullif(costs.start_ndcg, 0) as ndcg_cost_share
from chosen
inner join costs on chosen.channel = costs.channel and chosen.goal = costs.goal
inner join points on chosen.channel = points.channel and chosen.point_number = points.point_number
