-- One row per cutoff, customer and candidate product, with the rank and score each source gave it.

{%- set sources = var('candidate_sources') %}

with candidates as (
    select * from {{ ref('int_candidates__all') }}
    union all
    -- What a rule requires is a candidate even where no source proposed it.
    select
        cutoff_at,
        customer_id,
        product_id,
        'required' as candidate_source,
        cast(1 as double) as candidate_score,
        cast(null as {{ dbt.type_string() }}) as anchor_product_id,
        1 as candidate_rank
    from {{ ref('int_rules__required') }}
),

ordered_candidates as (
    select
        candidates.*,
        2 * {{ sources | length + 1 }} * candidate_rank
        + {{ sources | length + 1 }} * case when anchor_product_id is null then 1 else 0 end
        + case candidate_source
            {%- for source in sources %}
            when '{{ source }}' then {{ loop.index }}
            {%- endfor %}
            else 0
        end as explanation_order
    from candidates
)

select
    cutoff_at,
    customer_id,
    product_id,
    {%- for source in sources %}
    min(case when candidate_source = '{{ source }}' then candidate_rank end) as {{ source }}_rank,
    max(case when candidate_source = '{{ source }}' then candidate_score end) as {{ source }}_score,
    {%- endfor %}
    count(*) as source_count,
    min(candidate_rank) as best_rank,
    -- The best-ranked source explains the candidate; of equal ranks one that names an anchor product, and then the
    -- first in the var candidate_sources.
    max_by(candidate_source, -explanation_order) as candidate_source,
    max_by(anchor_product_id, case when anchor_product_id is not null then -explanation_order end) as anchor_product_id
from ordered_candidates
group by cutoff_at, customer_id, product_id
