-- One row per cutoff, channel and product that may not stand in every slate: how many slates of the audience may show
-- it, by the policy's exposure cap and by what is in stock.

with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

products as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
),

audience_sizes as (
    select
        cutoff_at,
        channel,
        cast(count(*) as double) as customer_count
    from {{ ref('int_propensity__audience') }}
    where is_in_audience
    group by cutoff_at, channel
),

bounds as (
    select
        audience_sizes.cutoff_at,
        audience_sizes.channel,
        products.product_id,
        audience_sizes.customer_count,
        -- A cap above zero leaves every product at least one slate.
        case
            when policies.max_exposure_share > 0
                then greatest(floor(policies.max_exposure_share * audience_sizes.customer_count), 1)
            else 0
        end as exposure_count,
        floor(products.stock_quantity * policies.slots_per_unit) as stock_count
    from audience_sizes
    inner join policies on audience_sizes.channel = policies.channel
    inner join products on audience_sizes.cutoff_at = products.cutoff_at
)

select
    cutoff_at,
    channel,
    product_id,
    cast(least(exposure_count, coalesce(stock_count, exposure_count)) as bigint) as slot_count
from bounds
where least(exposure_count, coalesce(stock_count, exposure_count)) < customer_count
