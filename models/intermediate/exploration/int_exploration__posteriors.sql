-- One row per cutoff that slates are made at, channel, segment, product and outcome (click, purchase): the Beta
-- posterior of the rate at which an impression of the product leads to it. A product that was never shown has the rate
-- of its category, in segment all.

with counts as (
    select * from {{ ref('int_exploration__counts') }}
),

products as (
    select
        products.product_id,
        {{ product_category('products') }} as category
    from {{ ref('stg_products') }} as products
),

priors as (
    select * from {{ ref('int_exploration__priors') }}
),

sellable as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
),

posteriors as (
    select
        priors.cutoff_role,
        priors.cutoff_at,
        priors.channel,
        priors.segment,
        products.product_id,
        priors.category,
        priors.outcome,
        coalesce(counts.impression_count, 0) as impression_count,
        coalesce(counts.outcome_count, 0) as outcome_count,
        coalesce(counts.trial_count, 0) as trial_count,
        coalesce(counts.success_count, 0) as success_count,
        priors.category_rate,
        priors.prior_strength
    from priors
    inner join products on priors.category = products.category
    left join counts
        on
            priors.cutoff_at = counts.cutoff_at
            and priors.channel = counts.channel
            and priors.segment = counts.segment
            and priors.outcome = counts.outcome
            and products.product_id = counts.product_id
    left join sellable
        on
            priors.cutoff_at = sellable.cutoff_at
            and products.product_id = sellable.product_id
    where counts.product_id is not null or (priors.segment = 'all' and sellable.product_id is not null)
),

updated as (
    select
        posteriors.*,
        success_count + prior_strength * category_rate as alpha,
        trial_count - success_count + prior_strength * (1 - category_rate) as beta
    from posteriors
)

select
    cutoff_role,
    cutoff_at,
    channel,
    segment,
    product_id,
    category,
    outcome,
    impression_count,
    outcome_count,
    trial_count,
    success_count,
    category_rate as prior_mean,
    prior_strength,
    alpha,
    beta,
    alpha / (alpha + beta) as posterior_mean
from updated
