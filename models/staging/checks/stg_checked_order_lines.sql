-- One row per line of an order or of a return, as the connector gives it, with the reason why the contract rejects it.

{{ checked_rows(
    'order_lines',
    columns={
        'order_line_id': 'string',
        'order_id': 'string',
        'customer_id': 'string',
        'product_id': 'string',
        'ordered_at': 'timestamp',
        'quantity': 'double',
        'net_amount': 'double',
        'list_amount': 'double',
        'is_return': 'boolean',
    },
    key=['order_line_id'],
    required=[
        'order_line_id', 'order_id', 'customer_id', 'product_id', 'ordered_at', 'quantity', 'net_amount', 'is_return',
    ],
    problems={
        'negative_quantity': "quantity < 0",
        'zero_quantity': "quantity = 0",
        'negative_net_amount': "net_amount < 0",
    },
    seen_at='ordered_at',
    ages=true,
) }}
