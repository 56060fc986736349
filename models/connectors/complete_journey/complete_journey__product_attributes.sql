-- One row per product and attribute: whether the maker is a national brand or the shop's own.
{{ config(enabled=var('connector') == 'complete_journey') }}

select
    product_id,
    'label' as attribute_name,
    lower(brand) as attribute_value
from {{ checked_source('complete_journey', 'products') }}
where brand is not null
