-- One row per slot of the last release whose product is not in the slate that stands for release: at which stage it
-- fell in this build, by what, and what its score would be now.

{%- set releases = existing_relation('releases', 'recommendation_releases') %}
{%- set slates = existing_relation('releases', 'release_slates') %}

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

{%- if releases and slates %}

newest as (
    select
        channel,
        release_id,
        row_number() over (partition by channel order by published_at desc, release_id asc) as place
    from {{ releases }}
),

former_slots as (
    select
        slates.release_id as previous_release_id,
        slates.channel,
        slates.customer_id,
        slates.product_id
    from {{ slates }} as slates
    inner join newest
        on
            slates.channel = newest.channel
            and slates.release_id = newest.release_id
            and newest.place = 1
),
{%- else %}

former_slots as (
    select
        cast(null as {{ dbt.type_string() }}) as previous_release_id,
        channel,
        customer_id,
        product_id
    from {{ ref('int_release__slates') }}
    where 1 = 0
),
{%- endif %}

pairs as (
    select
        fingerprints.release_id,
        fingerprints.as_of_at,
        former_slots.previous_release_id,
        former_slots.channel,
        former_slots.customer_id,
        former_slots.product_id,
        coalesce(customers.is_in_audience, false) as is_in_audience,
        customers.rule_name,
        case when customers.customer_id is null then 'is not known any more' else customers.exclusion_reason end
            as exclusion_reason,
        coalesce(products.is_sellable, false) as is_sellable,
        case when products.product_id is null then 'is no product any more' else products.unsellable_reason end
            as unsellable_reason,
        products.block_reason,
        owned_products.last_ordered_at
    from former_slots
    cross join fingerprints
    left join {{ ref('int_release__slates') }} as slates
        on
            former_slots.channel = slates.channel
            and former_slots.customer_id = slates.customer_id
            and former_slots.product_id = slates.product_id
    left join {{ ref('int_release__audit_customers') }} as customers
        on former_slots.channel = customers.channel and former_slots.customer_id = customers.customer_id
    left join {{ ref('int_release__audit_products') }} as products on former_slots.product_id = products.product_id
    left join {{ ref('int_release__owned_products') }} as owned_products
        on former_slots.customer_id = owned_products.customer_id and former_slots.product_id = owned_products.product_id
    where slates.slot is null
),

stopped as (
    {{ pair_stages('pairs') | indent(4) }}
)

select
    pairs.release_id,
    pairs.previous_release_id,
    pairs.channel,
    pairs.customer_id,
    pairs.product_id,
    coalesce(candidates.stage, stopped.stage) as stage,
    coalesce(candidates.rule_name, stopped.rule_name) as rule_name,
    coalesce(candidates.reason, stopped.reason) as reason,
    candidates.objective_rank,
    {%- for column in addend_columns().values() %}
    scored.{{ column }},
    {%- endfor %}
    candidates.objective_score
from pairs
inner join stopped
    on
        pairs.channel = stopped.channel
        and pairs.customer_id = stopped.customer_id
        and pairs.product_id = stopped.product_id
cross join serve
left join {{ ref('int_release__candidate_audit') }} as candidates
    on
        pairs.channel = candidates.channel
        and pairs.customer_id = candidates.customer_id
        and pairs.product_id = candidates.product_id
left join {{ ref('int_ranking__channel_scores') }} as scored
    on
        serve.cutoff_at = scored.cutoff_at
        and pairs.channel = scored.channel
        and pairs.customer_id = scored.customer_id
        and pairs.product_id = scored.product_id
