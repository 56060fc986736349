-- One row per cutoff, sellable product and attribute: what limits and pairs of a slate may name.

with products as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
),

attributes as (
    select * from {{ ref('stg_product_attributes') }}
),

-- Where the product lies among the prices of all that can be sold.
placed as (
    select
        cutoff_at,
        product_id,
        percent_rank() over (partition by cutoff_at order by price_amount asc) as price_percentile
    from products
    where price_amount is not null
),

banded as (
    select
        placed.cutoff_at,
        placed.product_id,
        cast(
            1
            {%- for percentile in var('price_band_percentiles') %}
            + case when price_percentile >= {{ percentile }} then 1 else 0 end
            {%- endfor %} as {{ dbt.type_string() }}
        ) as price_band
    from placed
)

{% for name in ['category', 'subcategory', 'brand'] -%}
select
    cutoff_at,
    product_id,
    '{{ name }}' as attribute_name,
    {{ name }} as attribute_value
from products
where {{ name }} is not null
union all
{% endfor -%}
select
    cutoff_at,
    product_id,
    'price_band' as attribute_name,
    price_band as attribute_value
from banded
union all
select
    products.cutoff_at,
    products.product_id,
    attributes.attribute_name,
    attributes.attribute_value
from attributes
inner join products on attributes.product_id = products.product_id
