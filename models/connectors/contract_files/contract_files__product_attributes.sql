-- One row per product and attribute.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    product_id,
    attribute_name,
    attribute_value
from {{ checked_source('contract_files', 'product_attributes') }}
