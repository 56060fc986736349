-- One row per product and stretch of time in which its price, cost, activity, stock and tier did not change that the
-- contract accepts.

{{ accepted_rows('product_states', [
    'product_id',
    'valid_from_at',
    'valid_to_at',
    'is_active',
    'stock_quantity',
    'list_price_amount',
    'unit_cost_amount',
    'tier',
]) }}
