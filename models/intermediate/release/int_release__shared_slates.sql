-- One row per channel, shared slate and slot that stands for release: for who is unknown, and beside an anchor product.

with slates as (
    select
        *,
        case when shared_type = 'look' then shared_key end as look_product_id
    from {{ ref('int_shared__slates') }}
),

candidates as (
    select * from {{ ref('int_shared__candidates') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

pairs as (
    select * from {{ ref('int_release__product_pairs') }}
    where pair_scope = 'basket'
),

templates as (
    select * from {{ ref('int_integrity__channel_templates') }}
),

fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

told as (
    select
        slates.*,
        products.product_name as product,
        candidates.category,
        candidates.brand,
        candidates.price_amount,
        candidates.base_score,
        candidates.popularity_penalty,
        anchors.product_name as anchor_product,
        case when slates.shared_type = 'category' then slates.shared_key else anchors.category end as segment,
        case
            when pairs.product_id is not null then 'look'
            when slates.shared_type = 'everybody' then 'popular'
            else 'segment'
        end as reason_type
    from slates
    inner join products on slates.product_id = products.product_id
    inner join candidates
        on
            slates.channel = candidates.channel
            and slates.shared_type = candidates.shared_type
            and slates.shared_key = candidates.shared_key
            and slates.product_id = candidates.product_id
    left join products as anchors on slates.look_product_id = anchors.product_id
    left join pairs
        on
            slates.look_product_id = pairs.product_id
            and slates.product_id = pairs.companion_product_id
)

select
    fingerprints.release_id,
    told.channel,
    told.shared_type,
    told.shared_key,
    told.slot,
    told.product_id,
    told.product as product_name,
    told.category,
    told.brand,
    told.price_amount,
    fingerprints.currency_code,
    coalesce({{ filled_template(['product', 'category', 'brand', 'anchor_product', 'segment']) }}, told.product)
        as reason,
    told.base_score,
    told.popularity_penalty,
    told.objective_score,
    told.marginal_score,
    told.relaxed_limits,
    told.cutoff_at as as_of_at,
    {{ days_after('told.cutoff_at', 'policies.valid_days') }} as valid_until_at
from told
cross join fingerprints
inner join policies on told.channel = policies.channel
left join templates on told.channel = templates.channel and told.reason_type = templates.reason_type
where told.slot <= policies.slot_count
