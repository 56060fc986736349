-- One row per channel and point of the frontier: how popular, varied and dear its slates are, and what they cover.

with validate_cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'validate'
),

products as (
    select products.*
    from {{ ref('int_features__products') }} as products
    inner join validate_cutoffs on products.cutoff_at = validate_cutoffs.cutoff_at
),

catalogue as (
    select count(*) as product_count
    from products
    where is_sellable
),

slots as (
    select
        slates.channel,
        slates.point_number,
        slates.customer_id,
        slates.product_id,
        slates.slot,
        products.category,
        products.brand,
        products.price_amount,
        products.price_percentile,
        products.popularity_percentile
    from {{ ref('int_evaluation__frontier_slates') }} as slates
    inner join products on slates.product_id = products.product_id
    where slates.slot <= {{ var('metric_slot_count') }}
),

distances as (
    select
        one.channel,
        one.point_number,
        one.customer_id,
        avg({{ product_distance('one', 'other') }}) as distance
    from slots as one
    inner join slots as other
        on
            one.channel = other.channel
            and one.point_number = other.point_number
            and one.customer_id = other.customer_id
            and one.slot < other.slot
    group by one.channel, one.point_number, one.customer_id
),

mean_distances as (
    select
        channel,
        point_number,
        round(avg(distance), 9) as intra_list_distance
    from distances
    group by channel, point_number
),

figures as (
    select
        slots.channel,
        slots.point_number,
        round(avg(slots.popularity_percentile), 9) as mean_popularity_percentile,
        count(distinct slots.product_id) / cast(min(catalogue.product_count) as double) as catalogue_coverage,
        count(distinct slots.customer_id || '|' || slots.category)
        / cast(count(distinct slots.customer_id) as double) as mean_category_count,
        {{ exact_sum('slots.price_amount') }} / count(distinct slots.customer_id) as mean_slate_amount
    from slots
    cross join catalogue
    group by slots.channel, slots.point_number
)

select
    figures.*,
    mean_distances.intra_list_distance
from figures
left join mean_distances
    on
        figures.channel = mean_distances.channel
        and figures.point_number = mean_distances.point_number
