-- One row per channel of the var fallback_channels, customer who may fall back on a shared slate and product that he is
-- not shown there: he has it, a rule keeps it from him, or an earlier channel shows it.

with keys as (
    select distinct
        cutoff_at,
        channel,
        customer_id
    from {{ ref('int_shared__keys') }}
),

slates as (
    select * from {{ ref('int_ranking__slates') }}
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
)

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
