-- One row per judged cutoff, customer segment and customer in it.

with audience as (
    select distinct
        cutoff_at,
        customer_id,
        is_high_propensity
    from {{ ref('int_propensity__audience') }}
)

select
    cutoff_at,
    customer_id,
    'all' as customer_segment
from audience
union all
select
    cutoff_at,
    customer_id,
    'high_propensity' as customer_segment
from audience
where is_high_propensity
