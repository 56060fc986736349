-- A customer who opted out of a channel that needs consent, or never opted in, gets nothing there.

with customers as (
    select * from {{ ref('int_features__customer_orders') }}
),

channels as (
    select * from {{ ref('int_integrity__channel_policies') }}
    where needs_consent
),

consents as (
    select * from {{ ref('stg_consents') }}
),

consents_at_cutoff as (
    select
        customers.cutoff_at,
        consents.channel,
        customers.customer_id,
        -- Two overlapping answers: the refusal counts.
        min(case when consents.is_opted_in then 1 else 0 end) as opted_in_flag
    from customers
    inner join consents
        on
            customers.customer_id = consents.customer_id
            and consents.valid_from_at < customers.cutoff_at
            and (consents.valid_to_at is null or consents.valid_to_at >= customers.cutoff_at)
    group by customers.cutoff_at, consents.channel, customers.customer_id
),

contactability as (
    select
        customers.cutoff_at,
        channels.channel,
        customers.customer_id,
        case
            when consents_at_cutoff.opted_in_flag = 0 then 'opted out'
            {%- if 'consents' in connector_settings()['entities'] or var('unrecorded_consent') != 'opted_in' %}
            when consents_at_cutoff.opted_in_flag is null then 'no consent recorded'
            {%- endif %}
        end as reason
    from customers
    cross join channels
    left join consents_at_cutoff
        on
            customers.cutoff_at = consents_at_cutoff.cutoff_at
            and channels.channel = consents_at_cutoff.channel
            and customers.customer_id = consents_at_cutoff.customer_id
)

select
    cutoff_at,
    channel,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'not_contactable' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    reason
from contactability
where reason is not null
