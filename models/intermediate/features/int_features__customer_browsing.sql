-- One row per cutoff and customer who had viewed or wanted a product before it: how long the customer considers, what
-- is still wanted, and at which price level the customer looks.

with interests as (
    select * from {{ ref('int_features__customer_product_interests') }}
    where view_count + cart_count + wishlist_count > 0
),

products as (
    select * from {{ ref('int_features__products') }}
),

owned as (
    select * from {{ ref('int_interactions__customer_products') }}
)

select
    interests.cutoff_at,
    interests.customer_id,
    -- Days from the first view of a product to its first purchase.
    cast(sum(case
        when interests.first_viewed_at <= owned.first_ordered_at
            then {{ dbt.datediff('interests.first_viewed_at', 'owned.first_ordered_at', 'day') }}
    end) as double)
    / nullif(sum(case when interests.first_viewed_at <= owned.first_ordered_at then 1 else 0 end), 0)
        as consideration_days,
    cast(sum(case when interests.is_wanted and interests.cart_count > 0 then 1 else 0 end) as double)
        as open_cart_count,
    cast(sum(case when interests.is_wanted and interests.wishlist_count > 0 then 1 else 0 end) as double)
        as open_wish_count,
    cast(sum(case when interests.session_count > 1 and not interests.is_owned then 1 else 0 end) as double)
        as revisited_product_count,
    round(
        sum(interests.view_weight * products.price_percentile)
        / nullif(sum(case when products.price_percentile is not null then interests.view_weight end), 0), 9
    ) as viewed_price_percentile
from interests
left join products
    on
        interests.cutoff_at = products.cutoff_at
        and interests.product_id = products.product_id
left join owned
    on
        interests.cutoff_at = owned.cutoff_at
        and interests.customer_id = owned.customer_id
        and interests.product_id = owned.product_id
group by interests.cutoff_at, interests.customer_id
