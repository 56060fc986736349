-- One row per first cutoff and unordered pair of products that shared a basket in the period before it.
-- Counts only grow from cutoff to cutoff, so whatever misses the threshold at the last one misses it at
-- every one: such products and pairs are dropped early without changing any later result.

with basket_products as (
    select distinct
        first_cutoff_at,
        order_id,
        product_id
    from {{ ref('int_interactions__order_lines') }}
    where is_merchandise and not is_return
),

-- Millions of pairs are counted on short numbers and named again at the end.
frequent_products as (
    select
        product_id,
        cast(row_number() over (order by product_id asc) as integer) as product_number
    from basket_products
    group by product_id
    having count(*) >= {{ var('min_shared_baskets') }}
),

basket_numbers as (
    select
        basket_products.first_cutoff_at,
        dense_rank() over (order by basket_products.order_id asc) as order_number,
        frequent_products.product_number
    from basket_products
    inner join frequent_products on basket_products.product_id = frequent_products.product_id
),

pairs as (
    select
        anchors.first_cutoff_at,
        anchors.product_number,
        companions.product_number as companion_number,
        count(*) as shared_count
    from basket_numbers as anchors
    inner join basket_numbers as companions
        on
            anchors.order_number = companions.order_number
            and anchors.product_number < companions.product_number
    group by anchors.first_cutoff_at, anchors.product_number, companions.product_number
),

frequent_pairs as (
    select
        product_number,
        companion_number
    from pairs
    group by product_number, companion_number
    having sum(shared_count) >= {{ var('min_shared_baskets') }}
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
