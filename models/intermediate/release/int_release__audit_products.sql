-- One row per product: whether it could be sold as of now, why not, and which rule keeps it from everybody.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

products as (
    select * from {{ ref('stg_products') }}
),

features as (
    select features.*
    from {{ ref('int_features__products') }} as features
    inner join serve on features.cutoff_at = serve.cutoff_at
),

states as (
    select states.*
    from {{ ref('int_features__product_states') }} as states
    inner join serve on states.cutoff_at = serve.cutoff_at
),

-- The first by name, as for candidates.
blocks as (
    select
        verdicts.product_id,
        min(verdicts.rule_name || ': ' || verdicts.reason) as reason
    from {{ ref('int_rules__verdicts') }} as verdicts
    inner join serve on verdicts.cutoff_at = serve.cutoff_at
    where
        verdicts.verdict = 'block'
        and verdicts.channel is null
        and verdicts.customer_id is null
        and verdicts.rule_name != 'not_sellable'
    group by verdicts.product_id
)

select
    products.product_id,
    products.product_name,
    coalesce(features.is_sellable, false) as is_sellable,
    case
        when features.is_sellable then null
        when not products.is_merchandise then 'no merchandise'
        when states.is_active = false then 'inactive'
        when states.stock_quantity <= 0 then 'out of stock'
        when features.product_id is null then 'nobody bought it yet: nothing is known of it'
        else 'not sold lately and no stock recorded'
    end as unsellable_reason,
    blocks.reason as block_reason
from products
left join features on products.product_id = features.product_id
left join states on products.product_id = states.product_id
left join blocks on products.product_id = blocks.product_id
