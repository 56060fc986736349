-- One row per cutoff, customer and product that a source other than the affinity models proposed.

{%- set sources = var('candidate_sources') | reject('in', var('affinity_models') + ['new_categories']) | list %}

{%- for source in sources %}
select
    cutoff_at,
    customer_id,
    product_id
from {{ ref('int_candidates__' ~ source) }}
{%- if not loop.last %}
union
{%- endif %}
{%- endfor %}
