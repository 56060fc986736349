-- One row per cutoff, customer and product that a rule may be asked about: what a candidate source proposes, what a
-- rule requires, and what a step of a journey falls back on. Not at training cutoffs, where nothing is chosen.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role != 'train'
)
{%- for model in ['int_candidates__all', 'int_rules__required', 'int_journeys__leaders'] %}
{% if not loop.first %}
union
{%- endif %}
select
    pairs.cutoff_at,
    pairs.customer_id,
    pairs.product_id
from {{ ref(model) }} as pairs
inner join cutoffs on pairs.cutoff_at = cutoffs.cutoff_at
{%- endfor %}
