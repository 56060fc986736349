-- One row per product and attribute that the contract accepts.

{{ accepted_rows('product_attributes', [
    'product_id',
    'attribute_name',
    'attribute_value',
]) }}
