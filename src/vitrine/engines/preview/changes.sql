-- One row per channel, customer and product that readers see now or would see: what becomes of it, and by what.
with live_slots as (
    select * from before.slots
),

preview_slots as (
    select * from intermediate.int_release__slates
),

compared as (
    select
        coalesce(live_slots.channel, preview_slots.channel) as channel,
        coalesce(live_slots.customer_id, preview_slots.customer_id) as customer_id,
        coalesce(live_slots.product_id, preview_slots.product_id) as product_id,
        coalesce(preview_slots.product_name, live_slots.product_name) as product_name,
        coalesce(preview_slots.category, live_slots.category) as category,
        live_slots.slot as live_slot,
        preview_slots.slot as preview_slot,
        case
            when preview_slots.slot is null then 'out'
            when live_slots.slot is null then 'in'
            when live_slots.slot != preview_slots.slot then 'moved'
            else 'kept'
        end as change
    from live_slots
    full outer join preview_slots
        on
            live_slots.channel = preview_slots.channel
            and live_slots.customer_id = preview_slots.customer_id
            and live_slots.product_id = preview_slots.product_id
),

changed as (
    select distinct
        customer_id,
        product_id
    from compared
    where change in ('out', 'in')
),

pulls as (
    select customer_id, product_id, verdict, rule_name, 'now' as state from intermediate.int_rules__verdicts
    where verdict in ('require', 'boost') and product_id is not null
    union all
    select customer_id, product_id, verdict, rule_name, 'before' as state from before.pulls
    where product_id is not null
),

-- A pull names the product for one customer or for all: one join for each.
pulls_of_changed as (
    select changed.customer_id, changed.product_id, pulls.verdict, pulls.rule_name, pulls.state
    from changed
    inner join pulls on changed.product_id = pulls.product_id and changed.customer_id = pulls.customer_id
    union all
    select changed.customer_id, changed.product_id, pulls.verdict, pulls.rule_name, pulls.state
    from changed
    inner join pulls on changed.product_id = pulls.product_id
    where pulls.customer_id is null
),

pulling as (
    select
        customer_id,
        product_id,
        string_agg(distinct rule_name, ', ' order by rule_name) filter (verdict = 'boost') as boosting_rules,
        string_agg(distinct rule_name, ', ' order by rule_name) filter (verdict = 'require' and state = 'now')
            as requiring_rules,
        string_agg(distinct rule_name, ', ' order by rule_name) filter (verdict = 'require' and state = 'before')
            as formerly_requiring_rules
    from pulls_of_changed
    group by customer_id, product_id
),

audit as (
    select * from intermediate.int_release__candidate_audit
),

left_customers as (
    select * from audit
    where stage = 'audience'
),

former_audience as (
    select distinct channel, customer_id from before.slate_checks
),

judged as (
    select
        compared.*,
        audit.stage,
        audit.rule_name as blocking_rule,
        left_customers.reason as audience_reason,
        former_audience.customer_id is not null as was_in_audience,
        eligible.product_id is not null as is_candidate,
        formerly.product_id is not null as was_candidate,
        coalesce(formerly.is_blocked, false) as was_blocked,
        formerly.rule_name as formerly_blocking_rule,
        coalesce(eligible.boost, 0) as boost,
        coalesce(formerly.boost, 0) as former_boost,
        pulling.boosting_rules,
        pulling.requiring_rules,
        pulling.formerly_requiring_rules
    from compared
    left join audit
        on
            compared.channel = audit.channel
            and compared.customer_id = audit.customer_id
            and compared.product_id = audit.product_id
    left join left_customers
        on compared.channel = left_customers.channel and compared.customer_id = left_customers.customer_id
    left join former_audience
        on compared.channel = former_audience.channel and compared.customer_id = former_audience.customer_id
    left join intermediate.int_ranking__eligibility as eligible
        on compared.customer_id = eligible.customer_id and compared.product_id = eligible.product_id
    left join before.eligibility as formerly
        on compared.customer_id = formerly.customer_id and compared.product_id = formerly.product_id
    left join pulling
        on compared.customer_id = pulling.customer_id and compared.product_id = pulling.product_id
),

caused as (
    select
        judged.*,
        case
            when change = 'out' and stage = 'rules' then 'blocked'
            when change = 'out' and audience_reason is not null then 'left the audience: ' || audience_reason
            when change = 'out' and not is_candidate and formerly_requiring_rules is null then 'no candidate any more'
            when change = 'out' and formerly_requiring_rules is not null and requiring_rules is null
                then 'no longer required'
            when change = 'out' and boost < former_boost then 'boosted less'
            when change = 'out' then 'outranked, or held back by variety and caps'
            when change = 'in' and requiring_rules is not null then 'required'
            when change = 'in' and was_blocked then 'no longer blocked'
            when change = 'in' and not was_in_audience then 'new in the audience'
            when change = 'in' and boost > former_boost then 'boosted more'
            when change = 'in' and not was_candidate then 'new candidate'
            when change = 'in' then 'takes a free slot, or ranks higher'
        end as cause
    from judged
)

select
    channel,
    customer_id,
    product_id,
    product_name,
    category,
    change,
    live_slot,
    preview_slot,
    cause,
    case
        when cause = 'blocked' then blocking_rule
        when cause = 'required' then requiring_rules
        when cause = 'no longer required' then formerly_requiring_rules
        when cause = 'no longer blocked' then formerly_blocking_rule
        when cause in ('boosted more', 'boosted less') then boosting_rules
    end as rule_name
from caused
