-- One row per customer and step of a journey that is due: what to offer whom on which day after which purchase. Steps
-- with a killed product are left out at once; nor does a reason name one. So are customers who took back their consent.

{{- assert_audits_passed() }}

with steps as (
    select * from {{ ref('int_release__journey_steps') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

hidden_customers as (
    select * from {{ ref('hidden_customers') }}
)

select
    steps.release_id,
    steps.customer_id,
    steps.journey_name,
    steps.step_name,
    cast(steps.step_number as integer) as step_number,
    case when killed_anchors.product_id is null then steps.anchor_product_id end as anchor_product_id,
    case when killed_anchors.product_id is null then steps.anchor_product_name end as anchor_product_name,
    cast(steps.anchor_ordered_at as {{ dbt.type_timestamp() }}) as anchor_ordered_at,
    cast(steps.after_days as integer) as after_days,
    steps.lag_source,
    steps.due_on,
    steps.product_id,
    steps.product_name,
    steps.category,
    steps.brand,
    steps.price_amount,
    steps.currency_code,
    case when killed_anchors.product_id is null then steps.reason else 'For what you bought' end as reason,
    cast(steps.as_of_at as {{ dbt.type_timestamp() }}) as as_of_at,
    cast(steps.valid_until_at as {{ dbt.type_timestamp() }}) as valid_until_at
from steps
left join killed_products on steps.product_id = killed_products.product_id
left join killed_products as killed_anchors on steps.anchor_product_id = killed_anchors.product_id
left join hidden_customers
    on steps.customer_id = hidden_customers.customer_id and hidden_customers.channel = '{{ var("journey_channel") }}'
where killed_products.product_id is null and hidden_customers.customer_id is null
