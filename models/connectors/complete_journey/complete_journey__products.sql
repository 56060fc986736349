-- One row per product of the shop's list. The maker serves as the brand: the list's own brand column only says
-- national or private.
{{ config(enabled=var('connector') == 'complete_journey') }}

with products as (
    select * from {{ checked_source('complete_journey', 'products') }}
),

durable_categories as (
    select * from {{ ref('durable_categories') }}
),

non_merchandise as (
    select * from {{ ref('non_merchandise_codes') }}
    where connector = 'complete_journey'
),

named as (
    select
        products.*,
        trim(
            coalesce(product_type, product_category, department, 'unnamed') || ' ' || coalesce(package_size, '')
        ) as full_name
    from products
)

select
    named.product_id,
    upper(substr(named.full_name, 1, 1)) || lower(substr(named.full_name, 2)) as product_name,
    named.department,
    named.product_category as category,
    named.product_type as subcategory,
    'M' || cast(named.manufacturer_id as {{ dbt.type_string() }}) as brand,
    non_merchandise.code is null as is_merchandise,
    durable_categories.category is not null as is_durable
from named
left join durable_categories
    on
        durable_categories.connector = 'complete_journey'
        and named.product_category = durable_categories.category
left join non_merchandise on named.department = non_merchandise.code
