-- One row per channel and customer that the house knows: who the customer is to the channel, and why there is no slate.

with fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

audience as (
    select audience.*
    from {{ ref('int_propensity__audience') }} as audience
    inner join serve on audience.cutoff_at = serve.cutoff_at
),

known as (
    select customer_id from {{ ref('stg_customers') }}
    union
    select customer_id from audience
)

select
    fingerprints.release_id,
    fingerprints.as_of_at,
    policies.channel,
    known.customer_id,
    audience.purchase_probability,
    audience.propensity_decile,
    coalesce(audience.is_in_audience, false) as is_in_audience,
    audience.contact_rule_name as rule_name,
    case
        when audience.customer_id is null then 'has not ordered yet'
        else audience.exclusion_reason
    end as exclusion_reason
from known
cross join policies
cross join fingerprints
left join audience
    on
        policies.channel = audience.channel
        and known.customer_id = audience.customer_id
