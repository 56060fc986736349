-- One row per attribute and value that a row of a seed may name: products and what they are, and the channels.

with products as (
    select * from {{ ref('stg_products') }}
),

attributes as (
    select * from {{ ref('stg_product_attributes') }}
),

policies as (
    select * from {{ ref('channel_policies') }}
)

{% for name in ['product_id', 'category', 'subcategory', 'brand'] -%}
select distinct
    '{{ name | replace("product_id", "product") }}' as attribute_name,
    {{ name }} as attribute_value
from products
where {{ name }} is not null
union all
{% endfor -%}
{% for band in range(var('price_band_percentiles') | length + 1) -%}
select
    'price_band' as attribute_name,
    '{{ band + 1 }}' as attribute_value
from (select 1 as band) as bands
union all
{% endfor -%}
select distinct
    attribute_name,
    attribute_value
from attributes
union all
select distinct
    'channel' as attribute_name,
    trim(channel) as attribute_value
from policies
where channel is not null
