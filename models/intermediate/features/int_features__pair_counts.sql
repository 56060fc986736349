-- One row per cutoff, pair scope and unordered pair: how many baskets, or customers, held both before the cutoff,
-- and how many held each.

with pairs as (
    select
        'basket' as pair_scope,
        first_cutoff_at,
        product_id,
        companion_product_id,
        shared_count
    from {{ ref('int_interactions__basket_pairs') }}
    union all
    select
        'customer' as pair_scope,
        first_cutoff_at,
        product_id,
        companion_product_id,
        shared_count
    from {{ ref('int_interactions__customer_pairs') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

totals as (
    select * from {{ ref('int_features__pair_totals') }}
),

counts as (
    select
        cutoffs.cutoff_at,
        pairs.pair_scope,
        pairs.product_id,
        pairs.companion_product_id,
        cast(sum(pairs.shared_count) as bigint) as shared_count
    from pairs
    inner join cutoffs
        on
            pairs.first_cutoff_at <= cutoffs.cutoff_at
            -- Pairs across orders are published and not learned from.
            and (pairs.pair_scope = 'basket' or cutoffs.cutoff_role = 'serve')
    group by cutoffs.cutoff_at, pairs.pair_scope, pairs.product_id, pairs.companion_product_id
    having
        sum(pairs.shared_count) >= case
            when pairs.pair_scope = 'basket' then {{ var('min_shared_baskets') }}
            else {{ var('min_shared_customers') }}
        end
)

select
    counts.cutoff_at,
    counts.pair_scope,
    counts.product_id,
    counts.companion_product_id,
    counts.shared_count,
    anchors.unit_count as product_count,
    companions.unit_count as companion_count,
    anchors.total_unit_count as total_count
from counts
inner join totals as anchors
    on
        counts.cutoff_at = anchors.cutoff_at
        and counts.pair_scope = anchors.pair_scope
        and counts.product_id = anchors.product_id
inner join totals as companions
    on
        counts.cutoff_at = companions.cutoff_at
        and counts.pair_scope = companions.pair_scope
        and counts.companion_product_id = companions.product_id
where
    counts.pair_scope = 'basket'
    -- int_interactions__customer_pairs leaves out rare products by what the last cutoff knows; here each cutoff
    -- sets the same bar by what it knows itself.
    or least(anchors.unit_count, companions.unit_count) >= {{ var('min_pair_buyers') }}
