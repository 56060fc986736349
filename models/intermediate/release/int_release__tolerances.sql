-- One row per channel and audit whose limit seeds/audit_limits.csv sets: its figure, and on which side of the limit it
-- has to lie. A promise, which tolerates nothing, is in int_release__audits.

{%- set live = "'nothing of a live release to compare with'" %}
{%- set shared_ranking %}case
            when channel in ('{{ var("evaluated_channels") | join("', '") }}') then ''
            else ' (of {{ var("evaluated_channels")[0] }}, whose ranking this channel shares)'
        end{% endset %}
{%- set relaxed %}coalesce(
            '; most often ' || most_relaxed_guardrail || ', in '
            || cast(most_relaxed_count as {{ dbt.type_string() }}) || ' slates', ''
        ){% endset %}

{#- audit: [figure, side of the limit, what the figure is, added words, whether no figure passes, what is said then] #}
{%- set of_channels = {
    'int_release__audit_figures': {
        'full_slates': ['full_slate_share', 'at_least', 'share of the audience with a full slate', "''", 'false',
            "'nobody is in the audience'"],
        'fallback_slates': ['fallback_share', 'at_most', 'share of the customers whose slate is one that others share',
            "''", 'false', "'no slates'"],
        'relaxed_slates': ['relaxed_slate_share', 'at_most', 'share of the slates in which a guardrail gave way',
            relaxed, 'false', "'no slates'"],
        'relevance_on_validate': ['ndcg_ratio', 'at_least', 'NDCG on new products over that of the popularity baseline',
            shared_ranking, 'ndcg is not null',
            "case when ndcg is null then 'there is no NDCG for the validate cutoff' "
            ~ "else 'the popularity baseline finds nothing' end"],
    },
    'int_release__live_comparisons': {
        'coverage_against_live': ['coverage_ratio', 'at_least', 'products shown over those of the live release',
            "''", 'true', live],
        'popularity_against_live': ['popularity_rise', 'at_most', 'rise of the mean popularity percentile',
            "''", 'true', live],
        'relevance_against_live': ['ndcg_ratio', 'at_least', 'NDCG on new products over that of the live release',
            shared_ranking, 'true', live],
        'categories_against_live': ['category_ratio', 'at_least',
            'categories of a slate over those of the live release', "''", 'true', live],
        'value_against_live': ['value_ratio', 'at_least', 'expected value of a slot over that of the live release',
            "''", 'true', live],
        'churn_against_live': ['churn_share', 'at_most', 'share of the live slots that the same customers lose', "''",
            'true', live],
    },
} %}

with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
)

{% for relation, audits in [
    (ref('int_release__audit_figures'), of_channels.int_release__audit_figures),
    (ref('int_release__live_comparisons'), of_channels.int_release__live_comparisons)
] -%}
{%- for audit_name, audit in audits.items() -%}
select
    channel,
    '{{ audit_name }}' as audit_name,
    '{{ audit[1] }}' as limit_side,
    cast({{ audit[0] }} as double) as figure,
    case
        when {{ audit[0] }} is null then {{ audit[5] }}
        else '{{ audit[2] }}, {{ audit[1] | replace("_", " ") }}' || {{ audit[3] }}
    end as detail,
    {{ audit[4] }} as is_passed_without_figure
from {{ relation }}
union all
{% endfor -%}
{% endfor -%}
{% for name, column, side, words in [
    ('age', 'age_days', 'at_most', 'days since the newest row before as_of'),
    ('volume', 'volume_ratio', 'at_least', 'rows of the last week over those of a usual one')
] -%}
select
    policies.channel,
    source_checks.entity || '_{{ name }}' as audit_name,
    '{{ side }}' as limit_side,
    cast(source_checks.{{ column }} as double) as figure,
    case
        when source_checks.{{ column }} is null then 'no row in the weeks before as_of'
        else '{{ words }}, {{ side | replace("_", " ") }}'
    end as detail,
    false as is_passed_without_figure
from policies
cross join {{ ref('int_integrity__source_checks') }} as source_checks
{{ 'union all' if not loop.last }}
{% endfor %}
