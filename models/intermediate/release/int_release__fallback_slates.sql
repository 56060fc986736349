-- One row per slot of int_release__fallback_slots with all that a channel needs to show it.

with slots as (
    select * from {{ ref('int_release__fallback_slots') }}
),

candidates as (
    select * from {{ ref('int_shared__candidates') }}
),

features as (
    select * from {{ ref('int_features__products') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

pins as (
    select * from {{ ref('int_integrity__pinned_slots') }}
),

pinned as (
    select distinct
        slots.channel,
        pins.product_id
    from slots
    inner join pins
        on
            slots.channel = coalesce(pins.channel, slots.channel)
            and slots.product_id = pins.product_id
            and {{ is_valid_at('pins', 'slots.cutoff_at') }}
),

templates as (
    select * from {{ ref('int_integrity__channel_templates') }}
),

told as (
    select
        slots.*,
        products.product_name as product,
        features.category,
        features.brand,
        features.price_amount,
        features.popularity_percentile,
        case when slots.shared_type = 'category' then slots.shared_key end as segment,
        case
            when pinned.product_id is not null then 'pinned'
            when slots.shared_type = 'category' then 'segment'
            else 'popular'
        end as reason_type
    from slots
    inner join features on slots.cutoff_at = features.cutoff_at and slots.product_id = features.product_id
    inner join products on slots.product_id = products.product_id
    left join pinned on slots.channel = pinned.channel and slots.product_id = pinned.product_id
),

filled as (
    select
        told.*,
        {{ filled_template(reason_types()['segment']) }} as reason
    from told
    left join templates
        on
            told.channel = templates.channel
            and told.reason_type = templates.reason_type
)

select
    filled.cutoff_at,
    filled.channel,
    filled.customer_id,
    filled.slot,
    filled.product_id,
    filled.product as product_name,
    filled.category,
    filled.brand,
    filled.price_amount,
    filled.popularity_percentile,
    case when filled.reason_type = 'pinned' then 'curated' else filled.fallback_level end as fallback_level,
    coalesce(filled.reason, filled.product) as reason,
    filled.reason_type,
    candidates.base_score,
    candidates.popularity_penalty,
    candidates.objective_score,
    filled.marginal_score,
    filled.relaxed_limits
from filled
inner join candidates
    on
        filled.channel = candidates.channel
        and filled.shared_type = candidates.shared_type
        and filled.shared_key = candidates.shared_key
        and filled.product_id = candidates.product_id
