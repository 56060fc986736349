-- One row per cutoff, customer and product that a rule of the var requiring_rules requires: it is a candidate even
-- where no source proposes it. What the customer has already is no discovery and stays out.

with required as (
    {%- for rule in var('requiring_rules') if rule in var('rules') %}
    select
        cutoff_at,
        customer_id,
        product_id
    from {{ ref('int_rules__' ~ rule) }}
    where verdict = 'require'
    {{ 'union' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_timestamp() }}) as cutoff_at,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as {{ dbt.type_string() }}) as product_id
    from (select 1 as one) as nothing
    where 1 = 0
    {%- endfor %}
)

select required.*
from required
{%- if not var('allow_replenishment') %}
left join {{ ref('int_interactions__customer_products') }} as purchases
    on
        required.cutoff_at = purchases.cutoff_at
        and required.customer_id = purchases.customer_id
        and required.product_id = purchases.product_id
where purchases.product_id is null
{%- endif %}
