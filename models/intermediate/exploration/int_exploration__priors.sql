-- One row per cutoff that slates are made at, channel, segment, outcome and category: the rate that a product of the
-- category is expected to have before it was ever shown, and how many impressions that expectation is worth.

with counts as (
    select
        counts.*,
        {{ product_category('products') }} as category
    from {{ ref('int_exploration__counts') }} as counts
    left join {{ ref('stg_products') }} as products on counts.product_id = products.product_id
),

category_counts as (
    select
        cutoff_at,
        channel,
        segment,
        outcome,
        category,
        {{ exact_sum('trial_count') }} as trial_count,
        {{ exact_sum('success_count') }} as success_count,
        sum(impression_count) as impression_count,
        sum(outcome_count) as outcome_count,
        count(*) as product_count,
        -- Squares of the products' rates around the category's, each as often as it was shown.
        {{ exact_sum('outcome_count * outcome_count / impression_count') }}
        - sum(outcome_count) * sum(outcome_count) / sum(impression_count) as square_sum,
        sum(impression_count * impression_count) / sum(impression_count) as mean_impression_count
    from counts
    group by cutoff_at, channel, segment, outcome, category
),

varied as (
    select
        category_counts.*,
        outcome_count / impression_count * (1 - outcome_count / impression_count) as chance_variance
    from category_counts
),

moments as (
    select
        cutoff_at,
        channel,
        segment,
        outcome,
        {{ exact_sum('trial_count') }} as trial_count,
        {{ exact_sum('success_count') }} as success_count,
        {{ exact_sum('square_sum - (product_count - 1) * chance_variance') }} as excess_sum,
        {{ exact_sum(
            '(impression_count - mean_impression_count - (product_count - 1)) * chance_variance'
        ) }} as variance_sum
    from varied
    group by cutoff_at, channel, segment, outcome
),

-- The intraclass correlation of the beta-binomial, by its moments (Kleinman 1973): what the squares exceed those of
-- chance by, over what they would if all impressions of a product ended alike. The lower bound of the strength stands
-- in for the first outcomes, so that little evidence makes no strong prior.
global_rates as (
    select distinct
        wanted.cutoff_at,
        wanted.channel,
        wanted.segment,
        wanted.outcome,
        {{ shrunk_rate('moments.success_count', 'moments.trial_count', 'wanted.default_rate',
            var('posterior_category_strength')) }} as global_rate,
        {{ shrunk_rate('moments.excess_sum', 'moments.variance_sum', 1 / (1 + var('posterior_min_strength')),
            var('posterior_strength_outcomes')) }} as product_likeness
    from {{ ref('int_exploration__scopes') }} as wanted
    left join moments
        on
            wanted.cutoff_at = moments.cutoff_at
            and wanted.channel = moments.channel
            and wanted.segment = moments.segment
            and wanted.outcome = moments.outcome
)

select
    wanted.cutoff_role,
    wanted.cutoff_at,
    wanted.channel,
    wanted.segment,
    wanted.outcome,
    wanted.category,
    global_rates.global_rate,
    {{ shrunk_rate('category_counts.success_count', 'category_counts.trial_count', 'global_rates.global_rate',
        var('posterior_category_strength')) }} as category_rate,
    -- A likeness of no more than chance would make the prior infinitely strong.
    least(
        greatest(
            1 / greatest(
                global_rates.product_likeness, cast({{ 1 / (1 + var('posterior_max_strength')) }} as double)
            ) - 1,
            cast({{ var('posterior_min_strength') }} as double)
        ),
        cast({{ var('posterior_max_strength') }} as double)
    ) as prior_strength
from {{ ref('int_exploration__scopes') }} as wanted
inner join global_rates
    on
        wanted.cutoff_at = global_rates.cutoff_at
        and wanted.channel = global_rates.channel
        and wanted.segment = global_rates.segment
        and wanted.outcome = global_rates.outcome
left join category_counts
    on
        wanted.cutoff_at = category_counts.cutoff_at
        and wanted.channel = category_counts.channel
        and wanted.segment = category_counts.segment
        and wanted.outcome = category_counts.outcome
        and wanted.category = category_counts.category
