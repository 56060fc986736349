-- A customer who opted out of e-mail, never opted in, or asked to be erased is sent nothing.

with customers as (
    select * from {{ ref('int_features__customer_orders') }}
),

consents as (
    select * from {{ ref('stg_consents') }}
    where channel = 'email'
),

erasure_requests as (
    select * from {{ ref('stg_erasure_requests') }}
),

consents_at_cutoff as (
    select
        customers.cutoff_at,
        customers.customer_id,
        -- Two overlapping answers: the refusal counts.
        min(case when consents.is_opted_in then 1 else 0 end) as opted_in_flag
    from customers
    inner join consents
        on
            customers.customer_id = consents.customer_id
            and consents.valid_from_at < customers.cutoff_at
            and (consents.valid_to_at is null or consents.valid_to_at >= customers.cutoff_at)
    group by customers.cutoff_at, customers.customer_id
),

erased_customers as (
    select
        customer_id,
        min(requested_at) as requested_at
    from erasure_requests
    group by customer_id
),

contactability as (
    select
        customers.cutoff_at,
        customers.customer_id,
        case
            when erased_customers.customer_id is not null then 'asked to be erased'
            when consents_at_cutoff.opted_in_flag = 0 then 'opted out'
            {%- if 'consents' in connector_settings()['entities'] or var('unrecorded_consent') != 'opted_in' %}
            when consents_at_cutoff.opted_in_flag is null then 'no consent recorded'
            {%- endif %}
        end as reason
    from customers
    left join consents_at_cutoff
        on
            customers.cutoff_at = consents_at_cutoff.cutoff_at
            and customers.customer_id = consents_at_cutoff.customer_id
    left join erased_customers
        on
            customers.customer_id = erased_customers.customer_id
            and erased_customers.requested_at < customers.cutoff_at
)

select
    cutoff_at,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'not_contactable' as rule_name,
    'block' as verdict,
    cast(null as double) as weight,
    reason
from contactability
where reason is not null
