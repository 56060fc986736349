-- One row per category and product that customers who buy most in the category bought for the first time lately.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

segments as (
    select
        categories.customer_id,
        categories.category,
        row_number() over (
            partition by categories.customer_id order by categories.weight desc, categories.category asc
        ) as place
    from {{ ref('int_features__customer_categories') }} as categories
    inner join serve on categories.cutoff_at = serve.cutoff_at
),

purchases as (
    select purchases.*
    from {{ ref('int_interactions__customer_products') }} as purchases
    inner join serve on purchases.cutoff_at = serve.cutoff_at
    where {{ dbt.datediff('purchases.first_ordered_at', 'serve.cutoff_at', 'day') }} <= {{ var('popularity_days') }}
),

counted as (
    select
        segments.category,
        purchases.product_id,
        count(*) as customer_count
    from segments
    inner join purchases on segments.customer_id = purchases.customer_id
    where segments.place = 1
    group by segments.category, purchases.product_id
),

ranked as (
    select
        counted.*,
        row_number() over (partition by category order by customer_count desc, product_id asc) as place
    from counted
)

select
    category,
    product_id,
    customer_count
from ranked
where place <= {{ var('max_candidates_per_source') }}
