-- One row per slot that stands for release, with every promise it could break as a flag of 1.

with slates as (
    select * from {{ ref('int_release__slates') }}
),

verdicts as (
    select * from {{ ref('int_rules__verdicts') }}
    where verdict = 'block'
),

owned as (
    select * from {{ ref('int_interactions__customer_products') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

-- Asked of the kills themselves, so that slates from before a kill are found whatever the rules say of it.
killed_products as (
    select * from {{ ref('killed_products') }}
),

audience as (
    select * from {{ ref('int_propensity__audience') }}
),

-- A verdict names a customer, a product, or both: one join for each, since one join for all could use no key.
blocks as (
    select
        slates.channel,
        slates.customer_id,
        slates.slot
    from slates
    inner join verdicts
        on
            slates.as_of_at = verdicts.cutoff_at
            and coalesce(verdicts.channel, slates.channel) = slates.channel
            and slates.customer_id = verdicts.customer_id
            and slates.product_id = verdicts.product_id
    union all
    select
        slates.channel,
        slates.customer_id,
        slates.slot
    from slates
    inner join verdicts
        on
            slates.as_of_at = verdicts.cutoff_at
            and coalesce(verdicts.channel, slates.channel) = slates.channel
            and slates.product_id = verdicts.product_id
    where verdicts.customer_id is null
    union all
    select
        slates.channel,
        slates.customer_id,
        slates.slot
    from slates
    inner join verdicts
        on
            slates.as_of_at = verdicts.cutoff_at
            and coalesce(verdicts.channel, slates.channel) = slates.channel
            and slates.customer_id = verdicts.customer_id
    where verdicts.product_id is null
),

blocked as (
    select distinct
        channel,
        customer_id,
        slot
    from blocks
)

select
    slates.channel,
    slates.customer_id,
    slates.slot,
    slates.product_id,
    case when blocked.slot is not null then 1 else 0 end as is_blocked_flag,
    case when earlier_slots.product_id is not null then 1 else 0 end as is_repeated_flag,
    case when owned.product_id is not null then 1 else 0 end as is_owned_flag,
    case when coalesce(products.is_sellable, false) then 0 else 1 end as is_unsellable_flag,
    case when killed_products.product_id is not null then 1 else 0 end as is_killed_flag,
    -- Who has no slate of his own may never have ordered, or be held out; what everybody sees is no contact.
    case when coalesce(audience.is_contactable, slates.fallback_level != 'personal') then 0 else 1 end
        as is_uncontactable_flag,
    case when slates.fallback_level = 'personal' and coalesce(audience.is_holdout, true) then 1 else 0 end
        as is_holdout_flag
from slates
left join blocked
    on
        slates.channel = blocked.channel
        and slates.customer_id = blocked.customer_id
        and slates.slot = blocked.slot
left join {{ ref('int_release__earlier_slots') }} as earlier_slots
    on
        slates.channel = earlier_slots.channel
        and slates.customer_id = earlier_slots.customer_id
        and slates.product_id = earlier_slots.product_id
left join owned
    on
        slates.as_of_at = owned.cutoff_at
        and slates.customer_id = owned.customer_id
        and slates.product_id = owned.product_id
left join products
    on
        slates.as_of_at = products.cutoff_at
        and slates.product_id = products.product_id
left join killed_products on slates.product_id = killed_products.product_id
left join audience
    on
        slates.as_of_at = audience.cutoff_at
        and slates.channel = audience.channel
        and slates.customer_id = audience.customer_id
