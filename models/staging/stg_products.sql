-- One row per product that the contract accepts.

{{ accepted_rows('products', [
    'product_id',
    'product_name',
    'department',
    'category',
    'subcategory',
    'brand',
    'is_merchandise',
    'is_durable',
]) }}
