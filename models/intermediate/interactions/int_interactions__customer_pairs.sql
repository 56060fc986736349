-- One row per first cutoff and unordered pair of products that one customer has bought, in whatever orders.
-- A customer's pair is seen from the later of its two first purchases on, so the counts add up over periods.

with customer_products as (
    select
        customer_id,
        product_id,
        min(first_cutoff_at) as first_cutoff_at,
        min(ordered_at) as first_ordered_at
    from {{ ref('int_interactions__order_lines') }}
    where is_merchandise and not is_return
    group by customer_id, product_id
),

calendar as (
    select min(cutoff_at) as first_cutoff_at from {{ ref('int_calendar__cutoffs') }}
),

-- Buyers of a product only grow, so a product with too few at the last cutoff has too few at each. Millions
-- of pairs are counted on short numbers and named again at the end.
frequent_products as (
    select
        product_id,
        cast(row_number() over (order by product_id asc) as integer) as product_number
    from customer_products
    group by product_id
    having count(*) >= {{ var('min_pair_buyers') }}
),

customer_numbers as (
    select
        customer_products.first_cutoff_at,
        {{ dbt.datediff('calendar.first_cutoff_at', 'customer_products.first_ordered_at', 'day') }} as first_day_number,
        dense_rank() over (order by customer_products.customer_id asc) as customer_number,
        frequent_products.product_number
    from customer_products
    inner join frequent_products on customer_products.product_id = frequent_products.product_id
    cross join calendar
),

pairs as (
    select
        greatest(anchors.first_cutoff_at, companions.first_cutoff_at) as first_cutoff_at,
        anchors.product_number,
        companions.product_number as companion_number,
        count(*) as shared_count
    from customer_numbers as anchors
    inner join customer_numbers as companions
        on
            anchors.customer_number = companions.customer_number
            and anchors.product_number < companions.product_number
            and abs(anchors.first_day_number - companions.first_day_number) <= {{ var('customer_pair_days') }}
    group by
        greatest(anchors.first_cutoff_at, companions.first_cutoff_at), anchors.product_number,
        companions.product_number
),

frequent_pairs as (
    select
        product_number,
        companion_number
    from pairs
    group by product_number, companion_number
    having sum(shared_count) >= {{ var('min_shared_customers') }}
)

select
    pairs.first_cutoff_at,
    anchors.product_id,
    companions.product_id as companion_product_id,
    pairs.shared_count
from pairs
inner join frequent_pairs
    on
        pairs.product_number = frequent_pairs.product_number
        and pairs.companion_number = frequent_pairs.companion_number
inner join frequent_products as anchors on pairs.product_number = anchors.product_number
inner join frequent_products as companions on pairs.companion_number = companions.product_number
