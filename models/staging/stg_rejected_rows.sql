-- One row per input row that the contract rejects: why, and the whole row.

with rejected_rows as (
    select
        'customers' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_customers') }}
    where rejection_reason is not null
    union all
    select
        'products' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_products') }}
    where rejection_reason is not null
    union all
    select
        'product_states' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_product_states') }}
    where rejection_reason is not null
    union all
    select
        'consents' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_consents') }}
    where rejection_reason is not null
    union all
    select
        'order_lines' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_order_lines') }}
    where rejection_reason is not null
    union all
    select
        'events' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_events') }}
    where rejection_reason is not null
    union all
    select
        'sends' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_sends') }}
    where rejection_reason is not null
    union all
    select
        'impressions' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_impressions') }}
    where rejection_reason is not null
    union all
    select
        'erasure_requests' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_erasure_requests') }}
    where rejection_reason is not null
    union all
    select
        'product_attributes' as entity,
        row_key,
        rejection_reason as reason,
        row_json
    from {{ ref('stg_checked_product_attributes') }}
    where rejection_reason is not null
)

select * from rejected_rows
