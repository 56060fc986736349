-- One row per cutoff, pair scope and unordered pair: how many baskets, or customers, held both before the cutoff.

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
)

select
    cutoffs.cutoff_at,
    pairs.pair_scope,
    pairs.product_id,
    pairs.companion_product_id,
    cast(sum(pairs.shared_count) as bigint) as shared_count
from pairs
inner join cutoffs on pairs.first_cutoff_at <= cutoffs.cutoff_at
group by cutoffs.cutoff_at, pairs.pair_scope, pairs.product_id, pairs.companion_product_id
having
    sum(pairs.shared_count) >= case
        when pairs.pair_scope = 'basket' then {{ var('min_shared_baskets') }}
        else {{ var('min_shared_customers') }}
    end
