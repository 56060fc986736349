-- One row per cutoff, pair scope and ordered pair: how much more often than by chance the companion goes with
-- the product. Only a product's strongest companions that can be sold are kept.

with pair_counts as (
    select * from {{ ref('int_features__pair_counts') }}
),

totals as (
    select * from {{ ref('int_features__pair_totals') }}
),

products as (
    select * from {{ ref('int_features__products') }}
),

directed as (
    select
        cutoff_at,
        pair_scope,
        product_id,
        companion_product_id,
        shared_count
    from pair_counts
    union all
    select
        cutoff_at,
        pair_scope,
        companion_product_id as product_id,
        product_id as companion_product_id,
        shared_count
    from pair_counts
),

measured as (
    select
        directed.cutoff_at,
        directed.pair_scope,
        directed.product_id,
        directed.companion_product_id,
        directed.shared_count,
        {{ lift('directed.shared_count', 'anchors.unit_count', 'companions.unit_count', 'anchors.total_unit_count') }}
            as lift,
        {{ shrunk_lift(
            'directed.shared_count', 'anchors.unit_count', 'companions.unit_count', 'anchors.total_unit_count',
            var('pair_shrinkage_count')
        ) }} as shrunk_lift,
        directed.shared_count / sqrt(cast(anchors.unit_count as double) * companions.unit_count) as cosine
    from directed
    inner join totals as anchors
        on
            directed.cutoff_at = anchors.cutoff_at
            and directed.pair_scope = anchors.pair_scope
            and directed.product_id = anchors.product_id
    inner join totals as companions
        on
            directed.cutoff_at = companions.cutoff_at
            and directed.pair_scope = companions.pair_scope
            and directed.companion_product_id = companions.product_id
    inner join products
        on
            directed.cutoff_at = products.cutoff_at
            and directed.companion_product_id = products.product_id
    where products.is_sellable
),

ranked as (
    select
        measured.*,
        -- The cosine orders a product's companions; the shrunk lift only keeps those above chance, since
        -- on its own it favours rare pairs.
        row_number() over (
            partition by cutoff_at, pair_scope, product_id order by cosine desc, companion_product_id asc
        ) as companion_rank
    from measured
    where shrunk_lift > 1
)

select * from ranked
where companion_rank <= {{ var('max_companions_per_product') }}
