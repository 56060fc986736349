-- One row per product.
{{ config(enabled=connector_folder() == 'contract_files') }}

select
    product_id,
    product_name,
    department,
    category,
    subcategory,
    brand,
    is_merchandise,
    is_durable
from {{ checked_source('contract_files', 'products') }}
