-- One row per judged cutoff, slate variant and customer with a slate: how varied, popular and valuable it is.

with slots as (
    select * from {{ ref('int_evaluation__slate_features') }}
),

distances as (
    select
        one.cutoff_at,
        one.slate_variant,
        one.customer_id,
        round(avg({{ product_distance('one', 'other') }}), 9) as intra_list_distance
    from slots as one
    inner join slots as other
        on
            one.cutoff_at = other.cutoff_at
            and one.slate_variant = other.slate_variant
            and one.customer_id = other.customer_id
            and one.slot < other.slot
    group by one.cutoff_at, one.slate_variant, one.customer_id
),

slates as (
    select
        cutoff_at,
        cutoff_role,
        slate_variant,
        customer_id,
        count(*) as slot_count,
        count(distinct category) as category_count,
        round(avg(popularity_percentile), 9) as mean_popularity_percentile,
        round(sum(expected_value_amount), 9) as expected_basket_amount
    from slots
    group by cutoff_at, cutoff_role, slate_variant, customer_id
)

select
    slates.*,
    distances.intra_list_distance
from slates
left join distances
    on
        slates.cutoff_at = distances.cutoff_at
        and slates.slate_variant = distances.slate_variant
        and slates.customer_id = distances.customer_id
