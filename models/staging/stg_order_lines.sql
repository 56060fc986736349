-- One row per line of an order or of a return that the contract accepts.

{{ accepted_rows('order_lines', [
    'order_line_id',
    'order_id',
    'customer_id',
    'product_id',
    'ordered_at',
    'quantity',
    'net_amount',
    'list_amount',
    'is_return',
]) }}
