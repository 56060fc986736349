-- One row per input row that the contract rejects: why, and the whole row. Of customers who were erased, and of what is
-- older than the retention, nothing is kept: stg_rejection_counts counts it.

with rejected_rows as (
    {%- for entity in [
        'customers', 'products', 'product_states', 'product_attributes', 'consents', 'order_lines', 'events', 'sends',
        'impressions', 'erasure_requests',
    ] %}
    select
        '{{ entity }}' as entity,
        row_key,
        rejection_reason as reason,
        {{ 'cast(null as ' ~ dbt.type_string() ~ ') as customer_id'
            if entity.startswith('product') or entity == 'erasure_requests' else 'customer_id' }},
        row_json
    from {{ ref('stg_checked_' ~ entity) }}
    where rejection_reason is not null and rejection_reason not in ('erased', 'past_retention')
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from rejected_rows
