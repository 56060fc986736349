-- One row per cutoff, customer, interest scope (category or brand) and its value: how much the customer looked at and
-- wanted there lately.

with interests as (
    select * from {{ ref('int_features__customer_product_interests') }}
),

scoped as (
    {%- for scope in ['category', 'brand'] %}
    select
        cutoff_at,
        customer_id,
        '{{ scope }}' as interest_scope,
        {{ scope }} as scope_value,
        {{ columns_of('interests', ['view_weight', 'want_weight', 'days_since_view']) }}
    from interests
    where view_count + cart_count + wishlist_count > 0 and {{ scope }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

summed as (
    select
        cutoff_at,
        customer_id,
        interest_scope,
        scope_value,
        cast(sum(cast(view_weight as decimal(18, 9))) as double) as view_weight,
        cast(sum(cast(want_weight as decimal(18, 9))) as double) as want_weight,
        min(days_since_view) as days_since_view
    from scoped
    group by cutoff_at, customer_id, interest_scope, scope_value
)

select
    summed.*,
    view_weight / nullif(cast(
        sum(cast(view_weight as decimal(18, 9))) over (partition by cutoff_at, customer_id, interest_scope) as double
    ), 0) as view_share
from summed
