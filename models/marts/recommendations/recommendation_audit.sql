-- One row per channel, customer and product as of the newest build: the stage that it reached and what stopped it
-- there; and rows without a product about the customer. A view: filter by customer or product. A product that was
-- killed since then reads as the next build will say it.

with candidate_audit as (
    select * from {{ ref('int_release__candidate_audit') }}
),

customers as (
    select * from {{ ref('int_release__audit_customers') }}
),

products as (
    select * from {{ ref('int_release__audit_products') }}
),

owned_products as (
    select * from {{ ref('int_release__owned_products') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

all_pairs as (
    select
        customers.*,
        products.product_id,
        products.is_sellable,
        products.unsellable_reason,
        products.block_reason
    from customers
    cross join products
),

other_pairs as (
    select
        all_pairs.*,
        owned_products.last_ordered_at
    from all_pairs
    left join owned_products
        on
            all_pairs.customer_id = owned_products.customer_id
            and all_pairs.product_id = owned_products.product_id
    left join candidate_audit
        on
            all_pairs.channel = candidate_audit.channel
            and all_pairs.customer_id = candidate_audit.customer_id
            and all_pairs.product_id = candidate_audit.product_id
    where candidate_audit.product_id is null
),

stopped_pairs as (
    {{ pair_stages('other_pairs') | indent(4) }}
),

audited as (
    select
        release_id,
        as_of_at,
        channel,
        customer_id,
        product_id,
        stage,
        slot,
        objective_rank,
        objective_score,
        lacked_score,
        rule_name,
        reason
    from candidate_audit
    union all
    select
        release_id,
        as_of_at,
        channel,
        customer_id,
        product_id,
        stage,
        cast(null as integer) as slot,
        cast(null as bigint) as objective_rank,
        cast(null as double) as objective_score,
        cast(null as double) as lacked_score,
        rule_name,
        reason
    from stopped_pairs
),

judged as (
    select
        audited.*,
        killed_products.reason as kill_reason,
        -- What a rule had stopped already keeps that rule.
        killed_products.product_id is not null and audited.stage != 'rules' as is_killed
    from audited
    left join killed_products on audited.product_id = killed_products.product_id
)

select
    release_id,
    channel,
    customer_id,
    product_id,
    case when is_killed then 'rules' else stage end as stage,
    cast(case when not is_killed then slot end as integer) as slot,
    cast(case when not is_killed then objective_rank end as bigint) as objective_rank,
    case when is_killed then 'killed' else rule_name end as rule_name,
    case when is_killed then 'killed: ' || kill_reason else reason end as reason,
    case when not is_killed then objective_score end as objective_score,
    case when not is_killed then lacked_score end as lacked_score,
    cast(as_of_at as {{ dbt.type_timestamp() }}) as as_of_at
from judged
