-- One row per channel, customer of the audience and candidate: the stage it reached, with the figures that decided it.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

audience as (
    select audience.*
    from {{ ref('int_propensity__audience') }} as audience
    inner join serve on audience.cutoff_at = serve.cutoff_at
    where audience.is_in_audience
),

eligibility as (
    select eligibility.*
    from {{ ref('int_ranking__eligibility') }} as eligibility
    inner join serve on eligibility.cutoff_at = serve.cutoff_at
),

slates as (
    select * from {{ ref('int_release__slates') }}
),

ranked as (
    select
        scored.channel,
        scored.customer_id,
        scored.product_id,
        scored.objective_score,
        row_number() over (
            partition by scored.channel, scored.customer_id
            order by scored.is_required desc, scored.objective_score desc, scored.product_id asc
        ) as objective_rank
    from {{ ref('int_ranking__channel_scores') }} as scored
    inner join serve on scored.cutoff_at = serve.cutoff_at
),

-- What a candidate had to reach: the last place of the pool, and the least score that won a slot.
bars as (
    select
        ranked.channel,
        ranked.customer_id,
        min(case when ranked.objective_rank <= {{ var('rerank_pool_size') }} then ranked.objective_score end)
            as pool_score,
        min(case when slates.slot is not null then ranked.objective_score end) as slate_score
    from ranked
    left join slates
        on
            ranked.channel = slates.channel
            and ranked.customer_id = slates.customer_id
            and ranked.product_id = slates.product_id
    group by ranked.channel, ranked.customer_id
),

hold_backs as (
    select
        hold_backs.*,
        row_number() over (
            partition by channel, customer_id, product_id order by hold_back_order asc, hold_back_name asc, reason asc
        ) as place
    from {{ ref('int_release__hold_backs') }} as hold_backs
)

select
    audience.channel,
    audience.customer_id,
    eligibility.product_id,
    slates.slot,
    coalesce(slates.is_explored, false) as is_explored,
    coalesce(eligibility.rule_name, channel_verdicts.rule_name) as rule_name,
    coalesce(eligibility.reason, channel_verdicts.reason) as block_reason,
    ranked.objective_rank,
    ranked.objective_score,
    bars.pool_score,
    bars.slate_score,
    case when earlier_slots.product_id is null then hold_backs.hold_back_name else 'after_channel' end
        as hold_back_name,
    coalesce('shown by ' || earlier_slots.earlier_channel || ' in the same release', hold_backs.reason)
        as hold_back_reason,
    case
        when slates.slot is not null then 'slate'
        when eligibility.is_blocked or coalesce(channel_verdicts.is_blocked, false) then 'rules'
        when coalesce(ranked.objective_rank > {{ var('rerank_pool_size') }}, true) then 'ranking'
        else 're-ranking'
    end as stage
from audience
inner join eligibility on audience.customer_id = eligibility.customer_id
left join ranked
    on
        audience.channel = ranked.channel
        and audience.customer_id = ranked.customer_id
        and eligibility.product_id = ranked.product_id
left join bars on audience.channel = bars.channel and audience.customer_id = bars.customer_id
left join slates
    on
        audience.channel = slates.channel
        and audience.customer_id = slates.customer_id
        and eligibility.product_id = slates.product_id
left join {{ ref('int_ranking__channel_verdicts') }} as channel_verdicts
    on
        audience.cutoff_at = channel_verdicts.cutoff_at
        and audience.channel = channel_verdicts.channel
        and audience.customer_id = channel_verdicts.customer_id
        and eligibility.product_id = channel_verdicts.product_id
left join {{ ref('int_release__earlier_slots') }} as earlier_slots
    on
        audience.channel = earlier_slots.channel
        and audience.customer_id = earlier_slots.customer_id
        and eligibility.product_id = earlier_slots.product_id
left join hold_backs
    on
        audience.channel = hold_backs.channel
        and audience.customer_id = hold_backs.customer_id
        and eligibility.product_id = hold_backs.product_id
        and hold_backs.place = 1
