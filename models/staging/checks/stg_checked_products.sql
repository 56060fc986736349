-- One row per product, as the connector gives it, with the reason why the contract rejects it.

{{ checked_rows(
    'products',
    columns={
        'product_id': 'string',
        'product_name': 'string',
        'department': 'string',
        'category': 'string',
        'subcategory': 'string',
        'brand': 'string',
        'is_merchandise': 'boolean',
        'is_durable': 'boolean',
    },
    key=['product_id'],
    required=['product_id', 'product_name', 'is_merchandise', 'is_durable'],
) }}
