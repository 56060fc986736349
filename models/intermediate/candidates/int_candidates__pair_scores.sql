-- One row per cutoff, pair scope, customer and product tied to what the customer bought: the ties add up,
-- each weighted by how much and how lately the customer bought the anchor product.

with customer_products as (
    select * from {{ ref('int_interactions__customer_products') }}
),

product_pairs as (
    select * from {{ ref('int_features__product_pairs') }}
),

anchors as (
    select *
    from (
        select
            cutoff_at,
            customer_id,
            product_id,
            weight,
            row_number() over (
                partition by cutoff_at, customer_id order by weight desc, last_ordered_at desc, product_id asc
            ) as anchor_rank
        from customer_products
    ) as ranked_anchors
    where anchor_rank <= {{ var('max_anchors_per_customer') }}
),

ties as (
    select
        anchors.cutoff_at,
        product_pairs.pair_scope,
        anchors.customer_id,
        product_pairs.companion_product_id as product_id,
        anchors.product_id as anchor_product_id,
        cast(ln(1 + anchors.weight) * product_pairs.cosine as decimal(18, 9)) as tie_score
    from anchors
    inner join product_pairs
        on
            anchors.cutoff_at = product_pairs.cutoff_at
            and anchors.product_id = product_pairs.product_id
),

scores as (
    select
        cutoff_at,
        pair_scope,
        customer_id,
        product_id,
        cast(sum(tie_score) as double) as candidate_score,
        max_by(anchor_product_id, tie_score) as anchor_product_id
    from ties
    group by cutoff_at, pair_scope, customer_id, product_id
),

not_owned as (
    select scores.*
    from scores
    left join customer_products
        on
            scores.cutoff_at = customer_products.cutoff_at
            and scores.customer_id = customer_products.customer_id
            and scores.product_id = customer_products.product_id
    where customer_products.product_id is null {%- if var('allow_replenishment') %} or true {%- endif %}
),

ranked as (
    select
        not_owned.*,
        row_number() over (
            partition by cutoff_at, pair_scope, customer_id order by candidate_score desc, product_id asc
        ) as candidate_rank
    from not_owned
)

select
    cutoff_at,
    pair_scope,
    customer_id,
    product_id,
    candidate_score,
    anchor_product_id
from ranked
where candidate_rank <= {{ var('max_candidates_per_source') }}
