-- Products that shared baskets with what the customer bought, strongest tie first: the ties add up, each weighted by
-- how much and how lately the customer bought the anchor product. Tens of millions of ties are summed on short numbers,
-- which follow the order of the ids, and named again at the end.

with customer_products as (
    select customer_products.*
    from {{ ref('int_interactions__customer_products') }} as customer_products
    inner join {{ ref('int_candidates__customers') }} as customers
        on
            customer_products.cutoff_at = customers.cutoff_at
            and customer_products.customer_id = customers.customer_id
),

product_pairs as (
    select * from {{ ref('int_features__product_pairs') }}
    where pair_scope = 'basket'
),

product_numbers as (
    select
        product_id,
        cast(row_number() over (order by product_id asc) as integer) as product_number
    from (select distinct product_id from {{ ref('int_features__products') }}) as products
),

customer_numbers as (
    select
        cutoff_at,
        customer_id,
        cast(row_number() over (order by cutoff_at asc, customer_id asc) as integer) as customer_number
    from customer_products
    group by cutoff_at, customer_id
),

owned as (
    select
        customer_products.cutoff_at,
        customer_numbers.customer_number,
        product_numbers.product_number,
        customer_products.weight,
        row_number() over (
            partition by customer_numbers.customer_number
            order by
                customer_products.weight desc, customer_products.last_ordered_at desc,
                product_numbers.product_number asc
        ) as anchor_rank
    from customer_products
    inner join customer_numbers
        on
            customer_products.cutoff_at = customer_numbers.cutoff_at
            and customer_products.customer_id = customer_numbers.customer_id
    inner join product_numbers on customer_products.product_id = product_numbers.product_id
),

pairs as (
    select
        product_pairs.cutoff_at,
        anchors.product_number,
        companions.product_number as companion_number,
        product_pairs.cosine
    from product_pairs
    inner join product_numbers as anchors on product_pairs.product_id = anchors.product_id
    inner join product_numbers as companions on product_pairs.companion_product_id = companions.product_id
),

ties as (
    select
        owned.customer_number,
        pairs.companion_number as product_number,
        owned.product_number as anchor_number,
        -- Rounded first: of a cast alone one engine rounds and another cuts.
        cast(round({{ var('tie_units') }} * ln(1 + owned.weight) * pairs.cosine) as bigint) as tie_units
    from owned
    inner join pairs
        on
            owned.cutoff_at = pairs.cutoff_at
            and owned.product_number = pairs.product_number
    where owned.anchor_rank <= {{ var('max_anchors_per_customer') }}
),

scores as (
    select
        customer_number,
        product_number,
        cast(sum(tie_units) as bigint) as tie_units,
        -- Of equally strong ties the first by id, so that the anchor is the same on every run.
        max_by(anchor_number, tie_units * {{ var('max_product_count') }} - anchor_number) as anchor_number
    from ties
    group by customer_number, product_number
),

ranked as (
    select
        scores.*,
        row_number() over (
            partition by scores.customer_number
            order by scores.tie_units desc, scores.product_number asc
        ) as candidate_rank
    from scores
    left join owned
        on
            scores.customer_number = owned.customer_number
            and scores.product_number = owned.product_number
    where owned.product_number is null {%- if var('allow_replenishment') %} or true {%- endif %}
)

select
    customer_numbers.cutoff_at,
    customer_numbers.customer_id,
    products.product_id,
    'basket_pairs' as candidate_source,
    ranked.tie_units / cast({{ var('tie_units') }} as double) as candidate_score,
    anchors.product_id as anchor_product_id
from ranked
inner join customer_numbers on ranked.customer_number = customer_numbers.customer_number
inner join product_numbers as products on ranked.product_number = products.product_number
inner join product_numbers as anchors on ranked.anchor_number = anchors.product_number
where ranked.candidate_rank <= {{ var('max_candidates_per_source') }}
