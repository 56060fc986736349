-- The products that most customers bought lately, less what this customer owns: the fallback and the yardstick.

with customers as (
    select * from {{ ref('int_candidates__customers') }}
),

owned as (
    select * from {{ ref('int_interactions__customer_products') }}
),

popular_products as (
    select *
    from (
        select
            cutoff_at,
            product_id,
            buyer_count,
            row_number() over (
                partition by cutoff_at order by buyer_count desc, weight desc, product_id asc
            ) as popularity_rank
        from {{ ref('int_features__products') }}
        where is_sellable
    ) as ranked_products
    -- Wide enough that a list is left when the customer owns many of them.
    where popularity_rank <= {{ var('max_candidates_per_source') }} * {{ var('popular_pool_ratio') }}
),

not_owned as (
    select
        customers.cutoff_at,
        customers.customer_id,
        popular_products.product_id,
        cast(popular_products.buyer_count as double) as candidate_score,
        row_number() over (
            partition by customers.cutoff_at, customers.customer_id order by popular_products.popularity_rank asc
        ) as candidate_rank
    from customers
    inner join popular_products on customers.cutoff_at = popular_products.cutoff_at
    left join owned
        on
            customers.cutoff_at = owned.cutoff_at
            and customers.customer_id = owned.customer_id
            and popular_products.product_id = owned.product_id
    {%- if not var('allow_replenishment') %}
    where owned.product_id is null
    {%- endif %}
)

select
    cutoff_at,
    customer_id,
    product_id,
    'popular' as candidate_source,
    candidate_score,
    cast(null as {{ dbt.type_string() }}) as anchor_product_id
from not_owned
where candidate_rank <= {{ var('max_candidates_per_source') }}
