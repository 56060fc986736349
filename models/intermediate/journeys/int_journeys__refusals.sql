-- One row per customer and product that a step may not show him: he has it, a rule keeps it from him or from all, or a
-- slate of the same release shows it.

with options as (
    select distinct
        cutoff_at,
        customer_id,
        product_id
    from {{ ref('int_journeys__proposals') }}
),

verdicts as (
    select
        cutoff_at,
        customer_id,
        product_id,
        min(rule_name || ': ' || reason) as refusal
    from {{ ref('int_rules__verdicts') }}
    where
        verdict = 'block'
        and product_id is not null
        and coalesce(channel, '{{ var("journey_channel") }}') = '{{ var("journey_channel") }}'
    group by cutoff_at, customer_id, product_id
),

verdicts_for_all as (
    select * from verdicts
    where customer_id is null
),

shown as (
    select
        slates.cutoff_at,
        slates.customer_id,
        slates.product_id,
        min(slates.channel) as channel
    from {{ ref('int_ranking__slates') }} as slates
    inner join {{ ref('int_propensity__audience') }} as audience
        on
            slates.cutoff_at = audience.cutoff_at
            and slates.channel = audience.channel
            and slates.customer_id = audience.customer_id
    where audience.is_in_audience
    group by slates.cutoff_at, slates.customer_id, slates.product_id
),

owned as (
    select * from {{ ref('int_interactions__customer_products') }}
),

judged as (
    select
        options.*,
        case
            {%- if not var('allow_replenishment') %}
            when owned.product_id is not null then 'the customer has it'
            {%- endif %}
            else coalesce(
                verdicts_for_all.refusal, verdicts.refusal, 'shown by ' || shown.channel || ' in the same release'
            )
        end as refusal
    from options
    left join verdicts
        on
            options.cutoff_at = verdicts.cutoff_at
            and options.customer_id = verdicts.customer_id
            and options.product_id = verdicts.product_id
    left join verdicts_for_all
        on
            options.cutoff_at = verdicts_for_all.cutoff_at
            and options.product_id = verdicts_for_all.product_id
    left join shown
        on
            options.cutoff_at = shown.cutoff_at
            and options.customer_id = shown.customer_id
            and options.product_id = shown.product_id
    left join owned
        on
            options.cutoff_at = owned.cutoff_at
            and options.customer_id = owned.customer_id
            and options.product_id = owned.product_id
)

select * from judged
where refusal is not null
