-- One row per channel, customer and product that a channel whose slates are filled earlier shows the customer in the
-- same release.

with slates as (
    select * from {{ ref('int_release__slates') }}
),

channel_order as (
    select * from {{ ref('int_integrity__channel_order') }}
)

select
    channel_order.channel,
    slates.customer_id,
    slates.product_id,
    min(slates.channel) as earlier_channel
from slates
inner join channel_order on slates.channel = channel_order.earlier_channel
group by channel_order.channel, slates.customer_id, slates.product_id
