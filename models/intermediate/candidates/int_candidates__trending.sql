-- Products gaining buyers in the categories that the customer buys most.

with category_scores as (
    select * from {{ ref('int_candidates__category_scores') }}
    where is_trending
),

ranked as (
    select
        category_scores.*,
        row_number() over (
            partition by cutoff_at, customer_id order by candidate_score desc, product_id asc
        ) as candidate_rank
    from category_scores
)

select
    cutoff_at,
    customer_id,
    product_id,
    'trending' as candidate_source,
    candidate_score,
    cast(null as {{ dbt.type_string() }}) as anchor_product_id
from ranked
where candidate_rank <= {{ var('max_candidates_per_source') }}
