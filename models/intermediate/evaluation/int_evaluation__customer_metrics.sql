-- One row per judged cutoff, slate variant, target, metric and customer: everything that is a mean over customers.

{%- set relevance_metrics = {'ndcg': 'ndcg', 'recall': 'recall', 'hit_rate': 'hit_rate'} %}
{%- set slate_metrics = [
    'intra_list_distance', 'category_count', 'mean_popularity_percentile', 'expected_basket_amount', 'slot_count'
] %}

{%- for column_name, metric in relevance_metrics.items() %}
select
    cutoff_at,
    cutoff_role,
    slate_variant,
    target,
    customer_id,
    '{{ metric }}_at_{{ var("metric_slot_count") }}' as metric_name,
    cast({{ column_name }} as double) as metric_value
from {{ ref('int_evaluation__customer_relevance') }}
union all
{%- endfor %}
{%- for metric in slate_metrics %}
select
    cutoff_at,
    cutoff_role,
    slate_variant,
    'slate' as target,
    customer_id,
    '{{ metric }}' as metric_name,
    cast({{ metric }} as double) as metric_value
from {{ ref('int_evaluation__customer_slates') }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
