-- One row per stock code. Its name is the first that a priced sale carried, so that later notes change nothing;
-- its category is the first matching keyword of the seed product_category_keywords.
{{ config(enabled=var('connector') == 'online_retail') }}

with invoice_lines as (
    select * from {{ ref('online_retail__invoice_lines') }}
),

non_merchandise as (
    select * from {{ ref('non_merchandise_codes') }}
    where connector = 'online_retail'
),

keywords as (
    select * from {{ ref('product_category_keywords') }}
),

names as (
    select
        stock_code,
        description,
        row_number() over (
            partition by stock_code
            order by
                -- Clerks' notes such as 'damaged' come on lines without a price.
                case
                    when description is not null and price > 0 then 0
                    when description is not null then 1
                    else 2
                end asc,
                invoiced_at asc, description asc nulls last
        ) as name_rank
    from invoice_lines
    where stock_code is not null
),

products as (
    select
        stock_code,
        coalesce(description, 'Unnamed ' || stock_code) as product_name
    from names
    where name_rank = 1
),

categories as (
    select
        products.stock_code,
        keywords.category,
        row_number() over (
            partition by products.stock_code
            order by keywords.priority asc, length(keywords.keyword) desc, keywords.keyword asc
        ) as keyword_rank
    from products
    inner join keywords on lower(products.product_name) like '%' || keywords.keyword || '%'
),

codes as (
    select distinct products.stock_code
    from products
    inner join non_merchandise on products.stock_code like non_merchandise.code
),

durable_categories as (
    select * from {{ ref('durable_categories') }}
    where connector = 'online_retail'
)

select
    products.stock_code as product_id,
    upper(substr(products.product_name, 1, 1)) || lower(substr(products.product_name, 2)) as product_name,
    cast(null as {{ dbt.type_string() }}) as department,
    coalesce(categories.category, 'other') as category,
    cast(null as {{ dbt.type_string() }}) as subcategory,
    cast(null as {{ dbt.type_string() }}) as brand,
    codes.stock_code is null as is_merchandise,
    durable_categories.category is not null as is_durable
from products
left join categories
    on
        products.stock_code = categories.stock_code
        and categories.keyword_rank = 1
left join codes on products.stock_code = codes.stock_code
left join durable_categories on categories.category = durable_categories.category
