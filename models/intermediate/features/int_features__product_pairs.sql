-- One row per cutoff, pair scope and ordered pair: how much more often than by chance the companion goes with the
-- product. Only a product's strongest companions that can be sold are kept.

with pair_counts as (
    select * from {{ ref('int_features__pair_counts') }}
),

products as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
),

measured as (
    select
        cutoff_at,
        pair_scope,
        product_id,
        companion_product_id,
        shared_count,
        {{ lift('shared_count', 'product_count', 'companion_count', 'total_count') }} as lift,
        {{ shrunk_lift(
            'shared_count', 'product_count', 'companion_count', 'total_count', var('pair_shrinkage_count')
        ) }} as shrunk_lift,
        shared_count / sqrt(cast(product_count as double) * companion_count) as cosine
    from pair_counts
),

directed as (
    select * from measured
    where shrunk_lift > 1
    union all
    select
        cutoff_at,
        pair_scope,
        companion_product_id as product_id,
        product_id as companion_product_id,
        shared_count,
        lift,
        shrunk_lift,
        cosine
    from measured
    where shrunk_lift > 1
),

ranked as (
    select
        directed.*,
        -- The cosine orders a product's companions; the shrunk lift only keeps those above chance, since on its
        -- own it favours rare pairs.
        row_number() over (
            partition by directed.cutoff_at, directed.pair_scope, directed.product_id
            order by directed.cosine desc, directed.companion_product_id asc
        ) as companion_rank
    from directed
    inner join products
        on
            directed.cutoff_at = products.cutoff_at
            and directed.companion_product_id = products.product_id
)

select * from ranked
where companion_rank <= {{ var('max_companions_per_product') }}
