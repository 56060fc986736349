-- One row per channel and audit: its figure, its threshold and its verdict, for what passed as well. Promises tolerate
-- nothing and cannot be waived; limits are in seeds/audit_limits.csv, and seeds/audit_waivers.csv lets through.

{%- set must_be_zero = {
    'blocked_products': ['blocked_count', 'slots with a product that a rule blocks'],
    'unsellable_products': ['unsellable_count', 'slots with a product that cannot be sold'],
    'repeated_products': ['repeated_count', 'slots with a product that an earlier channel shows the same customer'],
    'killed_products': ['killed_count', 'slots with a product that is killed'],
    'uncontactable_customers': ['uncontactable_count', 'slots of customers who may not be written to'],
    'holdout_customers': ['holdout_count', 'slots of customers held out for measurement'],
    'held_out_arms': ['held_out_count', 'customers addressed although an experiment holds them out'],
    'category_cap': ['category_cap_count', 'slates above the cap of one category'],
    'brand_cap': ['brand_cap_count', 'slates above the cap of one brand'],
    'hard_guardrails': ['hard_guardrail_count', 'slates that break a limit, or a pair of the seeds'],
    'unsaid_guardrails': ['unsaid_guardrail_count', 'slates that miss a guardrail and do not say that it gave way'],
    'exposure': ['overexposed_count', 'products in more slates than the exposure cap or the stock allow'],
    'slot_order': ['disordered_count', 'slates with a gap or a product twice'],
} %}
{%- if not var('allow_replenishment') %}
{%- do must_be_zero.update({'owned_products': ['owned_count', 'slots with a product that the customer has']}) %}
{%- endif %}

with figures as (
    select * from {{ ref('int_release__audit_figures') }}
),

fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

waivers as (
    select
        figures.channel,
        waivers.audit_name,
        waivers.owner,
        waivers.reason,
        waivers.valid_until_at,
        -- Of several that hold, the one that holds longest is told.
        row_number() over (
            partition by figures.channel, waivers.audit_name order by waivers.valid_until_at desc, waivers.owner asc
        ) as place
    from {{ ref('int_integrity__audit_waivers') }} as waivers
    inner join fingerprints on {{ is_valid_at('waivers', 'fingerprints.as_of_at') }}
    inner join figures on coalesce(waivers.channel, figures.channel) = figures.channel
),

promises as (
    {%- for audit_name, audit in must_be_zero.items() %}
    select
        channel,
        '{{ audit_name }}' as audit_name,
        cast({{ audit[0] }} as double) as figure,
        cast(0 as double) as threshold,
        {{ audit[0] }} = 0 as is_within,
        '{{ audit[1] }}, none allowed' as detail
    from figures
    union all
    {%- endfor %}
    select
        channel,
        'has_slates' as audit_name,
        cast(slot_count as double) as figure,
        cast(1 as double) as threshold,
        slot_count >= 1 as is_within,
        'slots to publish; without any, no customer is in the audience or none has a candidate' as detail
    from figures
),

judged as (
    select
        'promise' as audit_type,
        promises.*,
        cast(null as {{ dbt.type_string() }}) as owner
    from promises
    union all
    select
        'tolerance' as audit_type,
        tolerances.channel,
        tolerances.audit_name,
        tolerances.figure,
        limits.threshold,
        case
            when limits.threshold is null then true
            when tolerances.figure is null then tolerances.is_passed_without_figure
            when tolerances.limit_side = 'at_least' then tolerances.figure >= limits.threshold
            else tolerances.figure <= limits.threshold
        end as is_within,
        tolerances.detail
        || case when limits.threshold is null then '; no limit is set' else '' end as detail,
        limits.owner
    from {{ ref('int_release__tolerances') }} as tolerances
    left join {{ ref('int_integrity__audit_limits') }} as limits
        on tolerances.channel = limits.channel and tolerances.audit_name = limits.audit_name
)

select
    judged.*,
    waivers.owner is not null as is_waived,
    judged.is_within or waivers.owner is not null as is_passed,
    waivers.owner as waived_by,
    waivers.reason as waiver_reason,
    waivers.valid_until_at as waived_until_at,
    fingerprints.release_id,
    fingerprints.slate_fingerprint
from judged
cross join fingerprints
left join waivers
    on
        judged.audit_type = 'tolerance' and not judged.is_within and waivers.place = 1
        and judged.audit_name = waivers.audit_name and judged.channel = waivers.channel
