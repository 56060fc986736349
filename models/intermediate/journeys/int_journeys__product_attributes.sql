-- One row per product and attribute, of products that cannot be sold any more too: what a step may begin with or offer.
-- Which price band a product was in is known of those that can be sold.

with products as (
    select * from {{ ref('stg_products') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

attributes as (
    select * from {{ ref('stg_product_attributes') }}
),

price_bands as (
    select * from {{ ref('int_features__product_attributes') }}
    where attribute_name = 'price_band'
)

{% for name in ['product_id', 'category', 'subcategory', 'brand'] -%}
select
    serve.cutoff_at,
    products.product_id,
    '{{ name | replace("product_id", "product") }}' as attribute_name,
    products.{{ name }} as attribute_value
from products
cross join serve
where products.{{ name }} is not null
union all
{% endfor -%}
select
    serve.cutoff_at,
    attributes.product_id,
    attributes.attribute_name,
    attributes.attribute_value
from attributes
cross join serve
union all
select
    price_bands.cutoff_at,
    price_bands.product_id,
    price_bands.attribute_name,
    price_bands.attribute_value
from price_bands
inner join serve on price_bands.cutoff_at = serve.cutoff_at
