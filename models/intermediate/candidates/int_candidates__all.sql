-- One row per cutoff, customer, product and source that proposed it. A source is one model and one line in
-- the var candidate_sources.

with candidates as (
    {%- for source in var('candidate_sources') %}
    select
        cutoff_at,
        customer_id,
        product_id,
        candidate_source,
        candidate_score,
        anchor_product_id
    from {{ ref('int_candidates__' ~ source) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by cutoff_at, customer_id, candidate_source order by candidate_score desc, product_id asc
        ) as candidate_rank
    from candidates
)

select * from ranked
where candidate_rank <= {{ var('max_candidates_per_source') }}
