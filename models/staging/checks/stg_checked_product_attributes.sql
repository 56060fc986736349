-- One row per product and attribute, as the connector gives it, with the reason why the contract rejects it. The names
-- of columns that every product has are taken.

{{ checked_rows(
    'product_attributes',
    columns={
        'product_id': 'string',
        'attribute_name': 'string',
        'attribute_value': 'string',
    },
    key=['product_id', 'attribute_name'],
    required=['product_id', 'attribute_name', 'attribute_value'],
    problems={
        'reserved_attribute_name': "attribute_name in ('" ~ var('own_attributes') | join("', '") ~ "')",
    },
) }}
