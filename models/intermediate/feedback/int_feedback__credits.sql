-- One row per order line, and per product put into the cart, that is credited to an impression of the product: the one
-- that the var attribution_rule chooses. Nothing is credited twice.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook={'sql': '{{ forget_feedback("occurred_at") }}', 'transaction': false},
) }}
{%- set period = ref('int_feedback__period') %}

with actions as (
    select
        'purchase' as credit_type,
        order_line_id as action_id,
        customer_id,
        product_id,
        ordered_at as occurred_at,
        net_amount
    from {{ ref('stg_order_lines') }}
    where not is_return and ordered_at >= {{ feedback_since(period) }}
    union all
    select
        'cart' as credit_type,
        event_id as action_id,
        customer_id,
        product_id,
        occurred_at,
        cast(null as double) as net_amount
    from {{ ref('stg_events') }}
    where event_type = 'cart' and product_id is not null and occurred_at >= {{ feedback_since(period) }}
),

impressions as (
    select * from {{ ref('int_feedback__touches') }}
    where shown_at >= {{ feedback_since(period, attribution_days()) }}
),

touches as (
    select
        impressions.*,
        'click_through' as attribution,
        clicked_at as touched_at,
        {{ days_after('clicked_at', var('click_through_days')) }} as purchase_until_at,
        {{ days_after('clicked_at', var('cart_attribution_days')) }} as cart_until_at
    from impressions
    where clicked_at is not null
    union all
    select
        impressions.*,
        'view_through' as attribution,
        {%- if var('view_needs_open') %}
        case when send_id is not null and opened_at > shown_at then opened_at else shown_at end as touched_at,
        {%- else %}
        shown_at as touched_at,
        {%- endif %}
        {{ days_after('shown_at', var('view_through_days')) }} as purchase_until_at,
        {{ days_after('shown_at', var('view_through_days')) }} as cart_until_at
    from impressions
    {%- if var('view_needs_open') %}
    where send_id is null or opened_at is not null
    {%- endif %}
),

claims as (
    select
        actions.*,
        touches.impression_id,
        touches.attribution,
        touches.touched_at,
        touches.shown_at,
        touches.slot
    from actions
    inner join touches
        on
            actions.customer_id = touches.customer_id
            and actions.product_id = touches.product_id
            and actions.occurred_at >= touches.touched_at
            and actions.occurred_at
            < case when actions.credit_type = 'cart' then touches.cart_until_at else touches.purchase_until_at end
),

ranked as (
    select
        claims.*,
        row_number() over (partition by credit_type, action_id order by {{ touch_order() }}) as claim_rank
    from claims
)

select
    credit_type,
    action_id,
    customer_id,
    impression_id,
    attribution,
    touched_at,
    occurred_at,
    net_amount
from ranked
where claim_rank = 1
