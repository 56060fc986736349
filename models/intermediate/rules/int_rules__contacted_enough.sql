-- A customer who was written to often enough lately, by seeds/contact_limits.csv, gets nothing for now.

with contact_counts as (
    select * from {{ ref('int_rules__contact_counts') }}
    where limit_type = 'customer_cap' and is_reached
)

select
    cutoff_at,
    channel,
    customer_id,
    product_id,
    'contacted_enough' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    min(
        limit_name || ': contacted ' || cast(contact_count as {{ dbt.type_string() }}) || ' times within '
        || cast(within_days as {{ dbt.type_string() }}) || ' days'
    ) as reason
from contact_counts
group by cutoff_at, channel, customer_id, product_id
