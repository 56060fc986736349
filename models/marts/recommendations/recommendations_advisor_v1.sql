-- One row per customer and slot of the live advisor release, beside what an advisor wants to know before a call: the
-- next best categories and products, the last purchases, how likely the next is and when it is due. Killed products are
-- recommended no more at once, and clients who took back their consent are left out.

{{- assert_audits_passed('advisor') }}

with slates as (
    select * from {{ ref('release_slates') }}
    where channel = 'advisor'
),

live_releases as (
    select * from {{ ref('live_releases') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

hidden_customers as (
    select * from {{ ref('hidden_customers') }}
),

shown as (
    select
        slates.*,
        case when killed_anchors.product_id is null then slates.reason else slates.taste_reason end as shown_reason,
        min(slates.slot) over (partition by slates.customer_id, slates.category) as first_slot
    from slates
    inner join live_releases
        on
            slates.release_id = live_releases.release_id
            and slates.channel = live_releases.channel
    left join killed_products on slates.product_id = killed_products.product_id
    left join killed_products as killed_anchors on slates.anchor_product_id = killed_anchors.product_id
    left join hidden_customers
        on slates.channel = hidden_customers.channel and slates.customer_id = hidden_customers.customer_id
    where killed_products.product_id is null and hidden_customers.customer_id is null
),

client_facts as (
    select * from {{ ref('int_release__client_facts') }}
),

audience as (
    select
        audience.customer_id,
        audience.propensity_decile
    from {{ ref('int_propensity__audience') }} as audience
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on audience.cutoff_at = cutoffs.cutoff_at
    where cutoffs.cutoff_role = 'serve' and audience.channel = 'advisor'
)

select
    shown.release_id,
    shown.customer_id,
    shown.slot,
    cast(dense_rank() over (partition by shown.customer_id order by shown.first_slot asc) as bigint) as category_rank,
    shown.category,
    shown.product_id,
    shown.product_name,
    shown.brand,
    shown.price_amount,
    shown.currency_code,
    shown.shown_reason as reason,
    shown.purchase_probability,
    audience.propensity_decile,
    client_facts.last_product_names,
    cast(client_facts.last_ordered_at as {{ dbt.type_timestamp() }}) as last_ordered_at,
    cast(client_facts.typical_days_between_orders as double) as typical_days_between_orders,
    client_facts.next_order_due_on,
    shown.as_of_at,
    shown.valid_until_at,
    -- Releases older than the columns drew nothing.
    coalesce(shown.selection_probability, 1) as selection_probability,
    coalesce(shown.is_explored, false) as is_explored
from shown
left join client_facts on shown.customer_id = client_facts.customer_id
left join audience on shown.customer_id = audience.customer_id
