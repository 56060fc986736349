{#- The columns of each staged table that data are told apart by: those compared as text, then the amounts. -#}
{% macro staged_columns() -%}
    {{ return({
        'stg_customers': [['customer_id', 'registered_at'], []],
        'stg_products': [
            ['product_id', 'product_name', 'department', 'category', 'subcategory', 'brand', 'is_merchandise',
             'is_durable'], []],
        'stg_product_states': [
            ['product_id', 'valid_from_at', 'valid_to_at', 'is_active', 'tier'],
            ['stock_quantity', 'list_price_amount', 'unit_cost_amount']],
        'stg_product_attributes': [['product_id', 'attribute_name', 'attribute_value'], []],
        'stg_consents': [['customer_id', 'channel', 'is_opted_in', 'valid_from_at', 'valid_to_at'], []],
        'stg_order_lines': [
            ['order_line_id', 'order_id', 'customer_id', 'product_id', 'ordered_at', 'is_return'],
            ['quantity', 'net_amount', 'list_amount']],
        'stg_events': [
            ['event_id', 'customer_id', 'session_id', 'product_id', 'event_type', 'occurred_at', 'send_id'], []],
        'stg_sends': [['send_id', 'customer_id', 'channel', 'campaign_id', 'sent_at'], []],
        'stg_impressions': [
            ['impression_id', 'send_id', 'customer_id', 'channel', 'product_id', 'release_id', 'shown_at'],
            ['slot', 'selection_probability']],
        'stg_erasure_requests': [['erasure_request_id', 'customer_hash', 'requested_at'], []],
    }) }}
{%- endmacro %}
