-- Products that the customer viewed, wished for or carted lately and has not bought: the unfinished purchases.

with interests as (
    select interests.*
    from {{ ref('int_features__customer_product_interests') }} as interests
    inner join {{ ref('int_candidates__customers') }} as customers
        on
            interests.cutoff_at = customers.cutoff_at
            and interests.customer_id = customers.customer_id
    {%- if not var('allow_replenishment') %}
    where not interests.is_owned
    {%- endif %}
),

products as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
),

scored as (
    select
        interests.cutoff_at,
        interests.customer_id,
        interests.product_id,
        round(interests.view_weight + {{ var('views_per_want') }} * interests.want_weight, 9) as candidate_score
    from interests
    inner join products
        on
            interests.cutoff_at = products.cutoff_at
            and interests.product_id = products.product_id
),

ranked as (
    select
        scored.*,
        row_number() over (
            partition by cutoff_at, customer_id order by candidate_score desc, product_id asc
        ) as candidate_rank
    from scored
    where candidate_score > 0
)

select
    cutoff_at,
    customer_id,
    product_id,
    'viewed' as candidate_source,
    candidate_score,
    cast(null as {{ dbt.type_string() }}) as anchor_product_id
from ranked
where candidate_rank <= {{ var('max_candidates_per_source') }}
