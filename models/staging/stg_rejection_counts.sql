-- One row per entity and reason for rejection: how many rows, what share, and whether that is tolerated.

with counts as (
    select
        'customers' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_customers') }}
    group by rejection_reason
    union all
    select
        'products' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_products') }}
    group by rejection_reason
    union all
    select
        'product_states' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_product_states') }}
    group by rejection_reason
    union all
    select
        'consents' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_consents') }}
    group by rejection_reason
    union all
    select
        'order_lines' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_order_lines') }}
    group by rejection_reason
    union all
    select
        'events' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_events') }}
    group by rejection_reason
    union all
    select
        'sends' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_sends') }}
    group by rejection_reason
    union all
    select
        'impressions' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_impressions') }}
    group by rejection_reason
    union all
    select
        'erasure_requests' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_erasure_requests') }}
    group by rejection_reason
    union all
    select
        'product_attributes' as entity,
        rejection_reason as reason,
        count(*) as row_count,
        min(row_key) as sample_row_key
    from {{ ref('stg_checked_product_attributes') }}
    group by rejection_reason
),

totals as (
    select
        entity,
        sum(row_count) as row_count
    from counts
    group by entity
),

shares as (
    select
        counts.entity,
        counts.reason,
        cast(counts.row_count as bigint) as row_count,
        counts.row_count / cast(totals.row_count as double) as row_share,
        counts.sample_row_key,
        case counts.reason
            {%- for reason, share in var('max_rejected_share_by_reason').items() %}
            when '{{ reason }}' then cast({{ share }} as double)
            {%- endfor %}
            else cast({{ var('max_rejected_share') }} as double)
        end as tolerated_share
    from counts
    inner join totals on counts.entity = totals.entity
    where counts.reason is not null
)

select
    shares.*,
    row_share <= tolerated_share as is_tolerated
from shares
