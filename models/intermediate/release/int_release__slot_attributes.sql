-- One row per slot that stands for release and attribute of its product.

with slates as (
    select * from {{ ref('int_release__slates') }}
),

attributes as (
    select * from {{ ref('int_features__product_attributes') }}
)

select
    slates.channel,
    slates.customer_id,
    slates.slot,
    slates.product_id,
    attributes.attribute_name,
    attributes.attribute_value
from slates
inner join attributes
    on
        slates.as_of_at = attributes.cutoff_at
        and slates.product_id = attributes.product_id
union all
select
    slates.channel,
    slates.customer_id,
    slates.slot,
    slates.product_id,
    'product' as attribute_name,
    slates.product_id as attribute_value
from slates
