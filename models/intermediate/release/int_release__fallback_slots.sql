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

blocked as (
    select * from {{ ref('int_release__fallback_blocks') }}
),

offered as (
    select
        keys.cutoff_at,
        keys.channel,
        keys.customer_id,
        keys.shared_type,
        keys.shared_key,
        keys.fallback_level,
        keys.option_rank,
        shared.product_id,
        shared.objective_score,
        shared.marginal_score,
        shared.relaxed_limits,
        row_number() over (
            partition by keys.channel, keys.customer_id, keys.option_rank order by shared.slot asc
        ) as slot
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
),

shown as (
    select
        offered.*,
        count(*) over (partition by offered.channel, offered.customer_id, offered.option_rank) as slot_count
    from offered
    inner join {{ ref('int_integrity__channel_policies') }} as policies on offered.channel = policies.channel
    where offered.slot <= policies.slot_count
),

-- The first with no slot empty, else the one with the fewest.
preferred as (
    select
        *,
        rank() over (partition by channel, customer_id order by slot_count desc, option_rank asc) as place
    from shown
)

select
    cutoff_at,
    channel,
    customer_id,
    shared_type,
    shared_key,
    fallback_level,
    product_id,
    objective_score,
    marginal_score,
    relaxed_limits,
    slot
from preferred
where place = 1
