-- One row per candidate: whether a rule blocks it, which one, and how far rules boost it.

with candidates as (
    select * from {{ ref('int_ranking__candidates') }}
),

verdicts as (
    select * from {{ ref('int_rules__verdicts') }}
    where product_id is not null
),

customer_verdicts as (
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id,
        verdicts.rule_name,
        verdicts.verdict,
        verdicts.weight,
        verdicts.reason
    from candidates
    inner join verdicts
        on
            candidates.cutoff_at = verdicts.cutoff_at
            and candidates.customer_id = verdicts.customer_id
            and candidates.product_id = verdicts.product_id
    union all
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id,
        verdicts.rule_name,
        verdicts.verdict,
        verdicts.weight,
        verdicts.reason
    from candidates
    inner join verdicts
        on
            candidates.cutoff_at = verdicts.cutoff_at
            and candidates.product_id = verdicts.product_id
    where verdicts.customer_id is null
),

touched as (
    select
        cutoff_at,
        customer_id,
        product_id,
        max(case when verdict = 'block' then 1 else 0 end) as block_flag,
        -- Of several blocks the first by name is shown; the verdicts table has them all.
        min(case when verdict = 'block' then rule_name end) as rule_name,
        min(case when verdict = 'block' then rule_name || ': ' || reason end) as reason,
        max(case when verdict = 'require' then 1 else 0 end) as require_flag,
        coalesce(cast(sum(cast(case when verdict = 'boost' then weight end as decimal(18, 9))) as double), 0) as boost
    from customer_verdicts
    group by cutoff_at, customer_id, product_id
)

select
    candidates.cutoff_at,
    candidates.customer_id,
    candidates.product_id,
    coalesce(touched.block_flag = 1, false) as is_blocked,
    coalesce(touched.require_flag = 1, false) as is_required,
    touched.rule_name,
    touched.reason,
    coalesce(touched.boost, 0) as boost
from candidates
left join touched
    on
        candidates.cutoff_at = touched.cutoff_at
        and candidates.customer_id = touched.customer_id
        and candidates.product_id = touched.product_id
