-- One row per channel and audit: its figure, its threshold and its verdict, for what passed as well.

{%- set must_be_zero = {
    'blocked_products': ['blocked_count', 'slots with a product that a rule blocks'],
    'unsellable_products': ['unsellable_count', 'slots with a product that cannot be sold'],
    'repeated_products': ['repeated_count', 'slots with a product that an earlier channel shows the same customer'],
    'killed_products': ['killed_count', 'slots with a product that is killed'],
    'uncontactable_customers': ['uncontactable_count', 'slots of customers who may not be written to'],
    'holdout_customers': ['holdout_count', 'slots of customers held out for measurement'],
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
        'full_slates' as audit_name,
        full_slate_share as figure,
        cast({{ var('audit_min_full_slate_share') }} as double) as threshold,
        coalesce(full_slate_share >= {{ var('audit_min_full_slate_share') }}, false) as is_passed,
        'share of the audience with a full slate, at least' as detail
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
    select
        channel,
        'coverage_against_live' as audit_name,
        coverage_ratio as figure,
        cast({{ var('audit_min_coverage_ratio') }} as double) as threshold,
        coalesce(coverage_ratio >= {{ var('audit_min_coverage_ratio') }}, true) as is_passed,
        case
            when coverage_ratio is null then 'no live release yet'
            else 'products shown over those of the live release, at least'
        end as detail
    from figures
    union all
    select
        channel,
        'popularity_against_live' as audit_name,
        popularity_rise as figure,
        cast({{ var('audit_max_popularity_rise') }} as double) as threshold,
        coalesce(popularity_rise <= {{ var('audit_max_popularity_rise') }}, true) as is_passed,
        case
            when popularity_rise is null then 'no live release yet'
            else 'rise of the mean popularity percentile, at most'
        end as detail
    from figures
    union all
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
