-- One row per channel and audit: its figure, its threshold and its verdict, for what passed as well.

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

{%- set bounded = {
    'full_slates': ['full_slate_share', '>=', var('audit_min_full_slate_share'),
        'share of the audience with a full slate, at least'],
    'fallback_slates': ['fallback_share', '<=', var('audit_max_fallback_share'),
        'share of the customers whose slate is one that others share, at most'],
} %}
{%- set against_live = {
    'coverage_against_live': ['coverage_ratio', '>=', var('audit_min_coverage_ratio'),
        'products shown over those of the live release, at least'],
    'popularity_against_live': ['popularity_rise', '<=', var('audit_max_popularity_rise'),
        'rise of the mean popularity percentile, at most'],
} %}

with figures as (
    select * from {{ ref('int_release__audit_figures') }}
),

fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

audits as (
    {%- for audit_name, audit in must_be_zero.items() %}
    select
        channel,
        '{{ audit_name }}' as audit_name,
        cast({{ audit[0] }} as double) as figure,
        cast(0 as double) as threshold,
        {{ audit[0] }} = 0 as is_passed,
        '{{ audit[1] }}, none allowed' as detail
    from figures
    union all
    {%- endfor %}
    {%- for audit_name, audit in bounded.items() %}
    select
        channel,
        '{{ audit_name }}' as audit_name,
        {{ audit[0] }} as figure,
        cast({{ audit[2] }} as double) as threshold,
        coalesce({{ audit[0] }} {{ audit[1] }} {{ audit[2] }}, false) as is_passed,
        '{{ audit[3] }}' as detail
    from figures
    union all
    {%- endfor %}
    select
        channel,
        'has_slates' as audit_name,
        cast(slot_count as double) as figure,
        cast(1 as double) as threshold,
        slot_count >= 1 as is_passed,
        'slots to publish; without any, no customer is in the audience or none has a candidate' as detail
    from figures
    union all
    select
        channel,
        'relaxed_slates' as audit_name,
        relaxed_slate_share as figure,
        cast({{ var('audit_max_relaxed_share') }} as double) as threshold,
        relaxed_slate_share <= {{ var('audit_max_relaxed_share') }} as is_passed,
        'share of the slates in which a guardrail gave way, at most' || coalesce(
            '; most often ' || most_relaxed_guardrail || ', in '
            || cast(most_relaxed_count as {{ dbt.type_string() }}) || ' slates', ''
        ) as detail
    from figures
    union all
    {%- for audit_name, audit in against_live.items() %}
    select
        channel,
        '{{ audit_name }}' as audit_name,
        {{ audit[0] }} as figure,
        cast({{ audit[2] }} as double) as threshold,
        coalesce({{ audit[0] }} {{ audit[1] }} {{ audit[2] }}, true) as is_passed,
        case when {{ audit[0] }} is null then 'no live release yet' else '{{ audit[3] }}' end as detail
    from figures
    union all
    {%- endfor %}
    select
        channel,
        'relevance_on_validate' as audit_name,
        ndcg_ratio as figure,
        cast({{ var('audit_min_ndcg_ratio') }} as double) as threshold,
        coalesce(ndcg_ratio >= {{ var('audit_min_ndcg_ratio') }}, ndcg is not null) as is_passed,
        case
            when ndcg is null then 'there is no NDCG for the validate cutoff'
            when channel in ('{{ var("evaluated_channels") | join("', '") }}')
                then 'NDCG on new products over that of the popularity baseline, at least'
            else
                'NDCG on new products of {{ var("evaluated_channels")[0] }}, whose ranking this channel shares, over '
                || 'that of the popularity baseline, at least'
        end as detail
    from figures
)

select
    audits.*,
    fingerprints.slate_fingerprint
from audits
cross join fingerprints
