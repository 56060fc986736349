-- One row per customer and step that is due within the var journey_window_days from the serve cutoff: counted from the
-- customer's last anchor that was kept, and whether something of next was bought since, kept or not.

with plan as (
    select * from {{ ref('int_journeys__plan') }}
    where after_days is not null
),

attributes as (
    select * from {{ ref('int_journeys__product_attributes') }}
),

purchases as (
    select * from {{ ref('int_journeys__purchases') }}
),

order_lines as (
    select * from {{ ref('int_interactions__order_lines') }}
    where not is_return
),

anchors as (
    select
        plan.*,
        purchases.customer_id,
        purchases.product_id as anchor_product_id,
        purchases.order_id as anchor_order_id,
        purchases.ordered_at as anchor_ordered_at,
        cast({{ days_after('cast(purchases.ordered_at as date)', 'plan.after_days') }} as date) as due_on,
        row_number() over (
            partition by plan.journey_name, plan.step_name, purchases.customer_id
            order by purchases.ordered_at desc, purchases.order_id asc, purchases.product_id asc
        ) as anchor_rank
    from plan
    inner join attributes
        on
            plan.anchor_attribute = attributes.attribute_name
            and plan.anchor_value = attributes.attribute_value
    inner join purchases on attributes.product_id = purchases.product_id
),

due as (
    select * from anchors
    where
        anchor_rank = 1
        and due_on >= cast(cutoff_at as date)
        and due_on < cast({{ days_after('cutoff_at', var('journey_window_days')) }} as date)
),

followed as (
    select
        due.journey_name,
        due.step_name,
        due.customer_id,
        cast(min(order_lines.ordered_at) as date) as followed_on
    from due
    inner join attributes
        on
            due.next_attribute = attributes.attribute_name
            and due.next_value = attributes.attribute_value
    inner join order_lines
        on
            attributes.product_id = order_lines.product_id
            and due.customer_id = order_lines.customer_id
    where
        order_lines.ordered_at > due.anchor_ordered_at
        -- With the anchor, in one order; where next is the anchor's own kind the order itself says nothing.
        or (
            order_lines.order_id = due.anchor_order_id
            and (due.anchor_attribute != due.next_attribute or due.anchor_value != due.next_value)
        )
    group by due.journey_name, due.step_name, due.customer_id
)

select
    due.cutoff_at,
    due.customer_id,
    due.journey_name,
    due.step_name,
    due.step_number,
    due.next_attribute,
    due.next_value,
    due.after_days,
    due.lag_source,
    due.anchor_product_id,
    due.anchor_ordered_at,
    due.due_on,
    followed.followed_on
from due
left join followed
    on
        due.journey_name = followed.journey_name
        and due.step_name = followed.step_name
        and due.customer_id = followed.customer_id
