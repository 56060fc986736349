-- One row per placement of the live on-site release, what it is looked up by, and slot: the slate of a known customer,
-- of a visitor who is known by a category or not at all, and what completes the look of a product. Killed products are
-- left out at once and the other slots keep their numbers; nothing is shown beside one.

{{- assert_audits_passed('onsite') }}

with slates as (
    select
        release_id,
        channel,
        'customer' as placement,
        customer_id as placement_key,
        customer_id,
        slot,
        product_id,
        product_name,
        category,
        brand,
        price_amount,
        currency_code,
        reason,
        taste_reason,
        anchor_product_id,
        coalesce(fallback_level, 'personal') as fallback_level,
        objective_score,
        -- Releases older than the columns drew nothing.
        coalesce(selection_probability, 1) as selection_probability,
        coalesce(is_explored, false) as is_explored,
        as_of_at,
        valid_until_at
    from {{ ref('release_slates') }}
    where channel = 'onsite'
    union all
    select
        release_id,
        channel,
        case shared_type when 'look' then 'product' else shared_type end as placement,
        shared_key as placement_key,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        slot,
        product_id,
        product_name,
        category,
        brand,
        price_amount,
        currency_code,
        reason,
        reason as taste_reason,
        case when shared_type = 'look' then shared_key end as anchor_product_id,
        case shared_type when 'category' then 'category' when 'everybody' then 'popular' end as fallback_level,
        objective_score,
        cast(1 as double) as selection_probability,
        false as is_explored,
        as_of_at,
        valid_until_at
    from {{ ref('release_shared_slates') }}
    where channel = 'onsite'
),

live_releases as (
    select * from {{ ref('live_releases') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

hidden_customers as (
    select * from {{ ref('hidden_customers') }}
)

select
    slates.release_id,
    slates.placement,
    slates.placement_key,
    slates.slot,
    slates.product_id,
    slates.product_name,
    slates.category,
    slates.brand,
    slates.price_amount,
    slates.currency_code,
    case when killed_anchors.product_id is null then slates.reason else slates.taste_reason end as reason,
    slates.fallback_level,
    slates.objective_score,
    slates.as_of_at,
    slates.valid_until_at,
    slates.selection_probability,
    slates.is_explored
from slates
inner join live_releases
    on
        slates.release_id = live_releases.release_id
        and slates.channel = live_releases.channel
left join killed_products on slates.product_id = killed_products.product_id
left join killed_products as killed_anchors on slates.anchor_product_id = killed_anchors.product_id
left join hidden_customers
    on
        slates.channel = hidden_customers.channel
        and slates.customer_id = hidden_customers.customer_id
where
    killed_products.product_id is null
    and hidden_customers.customer_id is null
    and (slates.placement != 'product' or killed_anchors.product_id is null)
