-- One row per cutoff, customer and leading product, or leading new arrival, of the categories the customer
-- buys most.

with customer_categories as (
    select *
    from (
        select
            customer_categories.cutoff_at,
            customer_categories.customer_id,
            customer_categories.category,
            customer_categories.weight_share,
            row_number() over (
                partition by customer_categories.cutoff_at, customer_categories.customer_id
                order by customer_categories.weight_share desc, customer_categories.category asc
            ) as category_rank
        from {{ ref('int_features__customer_categories') }} as customer_categories
        inner join {{ ref('int_candidates__customers') }} as customers
            on
                customer_categories.cutoff_at = customers.cutoff_at
                and customer_categories.customer_id = customers.customer_id
    ) as ranked_categories
    where category_rank <= {{ var('max_categories_per_customer') }}
),

products as (
    select
        cutoff_at,
        product_id,
        category,
        buyer_count * trend_ratio as trend_score,
        age_days <= {{ var('new_arrival_days') }} as is_new_arrival
    from {{ ref('int_features__products') }}
    where is_sellable
),

leading_products as (
    select *
    from (
        select
            products.*,
            row_number() over (
                partition by cutoff_at, category order by trend_score desc, product_id asc
            ) as trend_rank,
            row_number() over (
                partition by cutoff_at, category, is_new_arrival order by trend_score desc, product_id asc
            ) as arrival_rank
        from products
    ) as ranked_products
    where
        trend_rank <= {{ var('max_leading_per_category') }}
        or (is_new_arrival and arrival_rank <= {{ var('max_leading_per_category') }})
),

owned as (
    select * from {{ ref('int_interactions__customer_products') }}
)

select
    customer_categories.cutoff_at,
    customer_categories.customer_id,
    leading_products.product_id,
    leading_products.is_new_arrival,
    leading_products.trend_rank <= {{ var('max_leading_per_category') }} as is_trending,
    round(customer_categories.weight_share * ln(1 + leading_products.trend_score), 9) as candidate_score
from customer_categories
inner join leading_products
    on
        customer_categories.cutoff_at = leading_products.cutoff_at
        and customer_categories.category = leading_products.category
left join owned
    on
        customer_categories.cutoff_at = owned.cutoff_at
        and customer_categories.customer_id = owned.customer_id
        and leading_products.product_id = owned.product_id
{%- if not var('allow_replenishment') %}
where owned.product_id is null
{%- endif %}
