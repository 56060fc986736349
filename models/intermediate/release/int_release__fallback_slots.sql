-- One row per channel of the var fallback_channels, customer without a slate of his own there and slot: the shared
-- slate that he falls back on, without what he has, what a rule keeps from him and what an earlier channel shows him.

with keys as (
    select * from {{ ref('int_shared__keys') }}
),

slates as (
    select * from {{ ref('int_ranking__slates') }}
),

audience as (
    select * from {{ ref('int_propensity__audience') }}
    where is_in_audience
),

own_slates as (
    select distinct
        slates.cutoff_at,
        slates.channel,
        slates.customer_id
    from slates
    inner join audience
        on
            slates.cutoff_at = audience.cutoff_at
            and slates.channel = audience.channel
            and slates.customer_id = audience.customer_id
),

blocks as (
    select
        channel,
        customer_id,
        product_id,
        cutoff_at
    from {{ ref('int_rules__verdicts') }}
    where verdict = 'block' and customer_id is not null and product_id is not null
    union all
    select
        channel_order.channel,
        slates.customer_id,
        slates.product_id,
        slates.cutoff_at
    from slates
    inner join {{ ref('int_integrity__channel_order') }} as channel_order
        on slates.channel = channel_order.earlier_channel
    {%- if not var('allow_replenishment') %}
    union all
    select
        cast(null as {{ dbt.type_string() }}) as channel,
        customer_id,
        product_id,
        cutoff_at
    from {{ ref('int_interactions__customer_products') }}
    {%- endif %}
),

blocked as (
    select distinct
        keys.channel,
        blocks.customer_id,
        blocks.product_id
    from keys
    inner join blocks
        on
            keys.cutoff_at = blocks.cutoff_at
            and keys.customer_id = blocks.customer_id
            and keys.channel = coalesce(blocks.channel, keys.channel)
),

offered as (
    select
        keys.cutoff_at,
        keys.channel,
        keys.customer_id,
        keys.shared_type,
        keys.shared_key,
        keys.fallback_level,
        shared.product_id,
        shared.objective_score,
        shared.marginal_score,
        shared.relaxed_limits,
        row_number() over (partition by keys.channel, keys.customer_id order by shared.slot asc) as slot
    from keys
    inner join {{ ref('int_shared__slates') }} as shared
        on
            keys.channel = shared.channel
            and keys.shared_type = shared.shared_type
            and keys.shared_key = shared.shared_key
    left join own_slates
        on
            keys.cutoff_at = own_slates.cutoff_at
            and keys.channel = own_slates.channel
            and keys.customer_id = own_slates.customer_id
    left join blocked
        on
            keys.channel = blocked.channel
            and keys.customer_id = blocked.customer_id
            and shared.product_id = blocked.product_id
    where own_slates.customer_id is null and blocked.product_id is null
)

select offered.*
from offered
inner join {{ ref('int_integrity__channel_policies') }} as policies on offered.channel = policies.channel
where offered.slot <= policies.slot_count
