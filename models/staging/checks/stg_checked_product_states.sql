-- One row per product and stretch of time in which its price, activity, stock and tier did not change, as the
-- connector gives it, with the reason why the contract rejects it.

{{ checked_rows(
    'product_states',
    columns={
        'product_id': 'string',
        'valid_from_at': 'timestamp',
        'valid_to_at': 'timestamp',
        'is_active': 'boolean',
        'stock_quantity': 'double',
        'list_price_amount': 'double',
        'unit_cost_amount': 'double',
        'tier': 'string',
    },
    key=['product_id', 'valid_from_at'],
    required=['product_id', 'valid_from_at'],
    problems={
        'empty_validity': "valid_to_at <= valid_from_at",
        'negative_list_price_amount': "list_price_amount < 0",
        'negative_unit_cost_amount': "unit_cost_amount < 0",
    },
    seen_at='valid_from_at',
) }}
