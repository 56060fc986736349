-- One row per slot whose product is not among the K best by score, K being the length of its slate: the better product
-- that it stands in for. The i-th best of those left out is displaced by the i-th best of those that came in instead.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

slates as (
    select slates.*
    from {{ ref('int_ranking__slates') }} as slates
    inner join serve on slates.cutoff_at = serve.cutoff_at
),

slate_sizes as (
    select
        channel,
        customer_id,
        count(*) as slot_count
    from slates
    group by channel, customer_id
),

ranked as (
    select
        objectives.channel,
        objectives.customer_id,
        objectives.product_id,
        objectives.objective_score,
        row_number() over (
            partition by objectives.channel, objectives.customer_id
            order by objectives.objective_score desc, objectives.product_id asc
        ) as score_rank
    from {{ ref('int_ranking__objectives') }} as objectives
    inner join serve on objectives.cutoff_at = serve.cutoff_at
),

compared as (
    select
        ranked.*,
        slates.slot,
        ranked.score_rank <= slate_sizes.slot_count as is_among_best,
        slates.slot is not null as is_shown
    from ranked
    inner join slate_sizes
        on
            ranked.channel = slate_sizes.channel
            and ranked.customer_id = slate_sizes.customer_id
    left join slates
        on
            ranked.channel = slates.channel
            and ranked.customer_id = slates.customer_id
            and ranked.product_id = slates.product_id
    where ranked.score_rank <= slate_sizes.slot_count or slates.slot is not null
),

placed as (
    select
        compared.*,
        row_number() over (partition by channel, customer_id, is_shown order by score_rank asc) as place
    from compared
    where is_among_best != is_shown
)

select
    shown.channel,
    shown.customer_id,
    shown.slot,
    displaced.product_id as displaced_product_id,
    displaced.objective_score as displaced_score
from placed as shown
inner join placed as displaced
    on
        shown.channel = displaced.channel
        and shown.customer_id = displaced.customer_id
        and shown.place = displaced.place
where shown.is_shown and not displaced.is_shown
