-- One row per cutoff, customer, interest scope (category or brand) and its value: how much the customer looked at and
-- wanted there lately.

with interests as (
    select * from {{ ref('int_features__customer_product_interests') }}
),

summed as (
    {%- for scope in ['category', 'brand'] %}
    select
        cutoff_at,
        customer_id,
        '{{ scope }}' as interest_scope,
        {{ scope }} as scope_value,
        sum(cast(view_weight as decimal(18, 9))) as view_weight,
        cast(sum(cast(want_weight as decimal(18, 9))) as double) as want_weight
    from interests
    where {{ scope }} is not null
    group by cutoff_at, customer_id, {{ scope }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    cutoff_at,
    customer_id,
    interest_scope,
    scope_value,
    want_weight,
    cast(view_weight as double)
    / nullif(cast(sum(view_weight) over (partition by cutoff_at, customer_id, interest_scope) as double), 0)
        as view_share
from summed
