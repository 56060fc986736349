-- One row per customer and step that is due: the product that it shows, or why it stops.

with due as (
    select * from {{ ref('int_journeys__due') }}
),

ordered_options as (
    select
        choices.*,
        row_number() over (
            partition by customer_id, journey_name, step_name
            order by
                case when refusal is null then 0 else 1 end asc,
                step_score desc nulls last,
                leader_rank asc nulls last,
                product_id asc
        ) as option_rank
    from {{ ref('int_journeys__options') }} as choices
),

contact_blocks as (
    select
        cutoff_at,
        customer_id,
        min(reason) as reason
    from {{ ref('int_rules__verdicts') }}
    where
        verdict = 'block'
        and product_id is null
        and coalesce(channel, '{{ var("journey_channel") }}') = '{{ var("journey_channel") }}'
        -- A campaign leaves buyers in peace; a journey is for them.
        and rule_name != 'recent_buyers'
    group by cutoff_at, customer_id
),

audience as (
    select distinct
        cutoff_at,
        customer_id
    from {{ ref('int_propensity__audience') }}
),

holdouts as (
    select * from {{ ref('int_experiments__holdouts') }}
    where channel = '{{ var("journey_channel") }}'
),

judged as (
    select
        due.*,
        case when ordered_options.refusal is null then ordered_options.product_id end as product_id,
        ordered_options.step_score is not null as is_candidate,
        case
            when contact_blocks.customer_id is not null then contact_blocks.reason
            when audience.customer_id is null then 'has no purchase probability'
        end as contact_reason,
        holdouts.reason as holdout_reason,
        case
            when due.followed_on is not null
                then 'bought it on ' || cast(due.followed_on as {{ dbt.type_string() }})
            when ordered_options.product_id is null then 'no product of ' || due.next_value || ' can be sold'
            when ordered_options.refusal is not null
                then 'no product of ' || due.next_value || ' may be shown; the first: ' || ordered_options.refusal
        end as product_reason
    from due
    left join ordered_options
        on
            due.journey_name = ordered_options.journey_name
            and due.step_name = ordered_options.step_name
            and due.customer_id = ordered_options.customer_id
            and ordered_options.option_rank = 1
    left join contact_blocks
        on
            due.cutoff_at = contact_blocks.cutoff_at
            and due.customer_id = contact_blocks.customer_id
    left join audience
        on
            due.cutoff_at = audience.cutoff_at
            and due.customer_id = audience.customer_id
    left join holdouts
        on
            due.cutoff_at = holdouts.cutoff_at
            and due.customer_id = holdouts.customer_id
),

stopped as (
    select
        *,
        coalesce(contact_reason, holdout_reason, product_reason) as stop_reason,
        coalesce(contact_reason, product_reason) is null as is_eligible
    from judged
),

placed as (
    select
        stopped.*,
        row_number() over (
            partition by customer_id, product_id, case when stop_reason is null then 1 else 0 end
            order by due_on asc, journey_name asc, step_name asc
        ) as product_use
    from stopped
)

select
    cutoff_at,
    customer_id,
    journey_name,
    step_name,
    step_number,
    after_days,
    lag_source,
    anchor_product_id,
    anchor_ordered_at,
    due_on,
    case when stop_reason is null and product_use = 1 then product_id end as product_id,
    case when stop_reason is null and product_use = 1 then is_candidate end as is_candidate,
    is_eligible,
    case when stop_reason is null and product_use > 1 then 'another step shows its product' else stop_reason end
        as stop_reason
from placed
