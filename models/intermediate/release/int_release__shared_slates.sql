-- One row per channel, shared slate and slot that stands for release: for who is unknown, and beside an anchor product.

with slates as (
    select * from {{ ref('int_shared__slates') }}
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

fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
)

select
    fingerprints.release_id,
    slates.channel,
    slates.shared_type,
    slates.shared_key,
    slates.slot,
    slates.product_id,
    products.product_name,
    candidates.category,
    candidates.brand,
    candidates.price_amount,
    fingerprints.currency_code,
    case
        when pairs.product_id is not null then 'Often bought together with ' || anchors.product_name
        when slates.shared_type = 'look' then 'New to many who buy ' || anchors.category
        when slates.shared_type = 'category' then 'New to many who buy ' || slates.shared_key
        else 'Bought by many customers lately'
    end as reason,
    candidates.base_score,
    candidates.popularity_penalty,
    candidates.objective_score,
    slates.marginal_score,
    slates.relaxed_limits,
    slates.cutoff_at as as_of_at,
    {{ days_after('slates.cutoff_at', 'policies.valid_days') }} as valid_until_at
from slates
cross join fingerprints
inner join policies on slates.channel = policies.channel
inner join products on slates.product_id = products.product_id
inner join candidates
    on
        slates.channel = candidates.channel
        and slates.shared_type = candidates.shared_type
        and slates.shared_key = candidates.shared_key
        and slates.product_id = candidates.product_id
left join products as anchors on slates.shared_type = 'look' and slates.shared_key = anchors.product_id
left join pairs
    on
        slates.shared_type = 'look'
        and slates.shared_key = pairs.product_id
        and slates.product_id = pairs.companion_product_id
where slates.slot <= policies.slot_count
