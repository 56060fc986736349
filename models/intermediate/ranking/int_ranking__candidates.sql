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
    from {{ ref('int_rules__verdicts') }}
    where verdict = 'require' and customer_id is not null and product_id is not null
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
    -- Where two sources give the same rank, the one that can name an anchor product explains the candidate.
    max_by(
        candidate_source,
        case when anchor_product_id is null then 0 else 1 end - cast(candidate_rank as double)
    ) as candidate_source,
    max_by(
        anchor_product_id,
        case when anchor_product_id is null then null else -candidate_rank end
    ) as anchor_product_id
from candidates
group by cutoff_at, customer_id, product_id
