-- What a customer was shown lately, in whichever channel, rests as seeds/contact_limits.csv says.

with contact_counts as (
    select * from {{ ref('int_rules__contact_counts') }}
    where limit_type = 'product_rest' and is_reached
)

select
    cutoff_at,
    channel,
    customer_id,
    product_id,
    'shown_lately' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    min(
        limit_name || ': shown ' || cast(contact_count as {{ dbt.type_string() }}) || ' times within '
        || cast(within_days as {{ dbt.type_string() }}) || ' days'
    ) as reason
from contact_counts
group by cutoff_at, channel, customer_id, product_id
