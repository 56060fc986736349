-- One row per channel of the var fallback_channels, shared slate and product that may stand in it. Of everybody: what
-- finds new buyers. Of a category: what customers who buy it most find new. Of an anchor product: what is bought with
-- it, from other categories, and then what its category finds new.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

channels as (
    select * from {{ ref('int_integrity__objective_weights') }}
    where channel in ('{{ var("fallback_channels") | join("', '") }}')
),

blocked as (
    select distinct
        coalesce(verdicts.channel, channels.channel) as channel,
        verdicts.product_id
    from {{ ref('int_rules__verdicts') }} as verdicts
    inner join serve on verdicts.cutoff_at = serve.cutoff_at
    cross join channels
    where verdicts.verdict = 'block' and verdicts.customer_id is null and verdicts.product_id is not null
),

-- What is kept for a tier is in no slate that others see too.
products as (
    select
        channels.channel,
        products.product_id,
        products.category,
        products.brand,
        products.price_amount,
        products.new_buyer_count_{{ var('recent_window_days')[-1] }}d as new_buyer_count,
        {{ popularity_penalty('products.popularity_z', 'channels.novelty_weight') }} as popularity_penalty
    from {{ ref('int_features__products') }} as products
    inner join serve on products.cutoff_at = serve.cutoff_at
    cross join channels
    left join {{ ref('int_features__product_states') }} as states
        on
            products.cutoff_at = states.cutoff_at
            and products.product_id = states.product_id
    left join blocked
        on
            channels.channel = blocked.channel
            and products.product_id = blocked.product_id
    where
        products.is_sellable
        and states.tier is null
        and products.price_amount >= cast({{ var('min_price_amount') }} as double)
        and blocked.product_id is null
),

finds as (
    select * from {{ ref('int_shared__finds') }}
),

looks as (
    select * from {{ ref('int_shared__looks') }}
),

proposed as (
    select
        channel,
        'everybody' as shared_type,
        'everybody' as shared_key,
        product_id,
        false as is_reserve,
        ln(1 + new_buyer_count) as base_score
    from products
    union all
    select
        channels.channel,
        'category' as shared_type,
        finds.category as shared_key,
        finds.product_id,
        false as is_reserve,
        ln(1 + finds.customer_count) as base_score
    from finds
    cross join channels
    union all
    select
        channels.channel,
        'look' as shared_type,
        looks.anchor_product_id as shared_key,
        looks.product_id,
        looks.is_reserve,
        looks.base_score
    from looks
    cross join channels
)

select
    products.channel,
    proposed.shared_type,
    proposed.shared_key,
    products.product_id,
    products.category,
    products.brand,
    products.price_amount,
    proposed.is_reserve,
    round(proposed.base_score, 9) as base_score,
    round(products.popularity_penalty, 9) as popularity_penalty,
    round(proposed.base_score, 9) - round(products.popularity_penalty, 9) as objective_score
from proposed
inner join products
    on
        proposed.channel = products.channel
        and proposed.product_id = products.product_id
