-- One row per cutoff, channel and candidate of which a rule says something for that channel alone.

with candidates as (
    select * from {{ ref('int_ranking__candidates') }}
),

verdicts as (
    select * from {{ ref('int_rules__verdicts') }}
    where channel is not null and product_id is not null
),

-- What is said of a product for everybody is said of each customer with that candidate.
named as (
    select
        cutoff_at,
        channel,
        customer_id,
        product_id,
        rule_name,
        verdict,
        weight,
        reason
    from verdicts
    where customer_id is not null
    union all
    select
        verdicts.cutoff_at,
        verdicts.channel,
        candidates.customer_id,
        verdicts.product_id,
        verdicts.rule_name,
        verdicts.verdict,
        verdicts.weight,
        verdicts.reason
    from verdicts
    inner join candidates
        on
            verdicts.cutoff_at = candidates.cutoff_at
            and verdicts.product_id = candidates.product_id
    where verdicts.customer_id is null
),

judged as (
    select
        cutoff_at,
        channel,
        customer_id,
        product_id,
        max(case when verdict = 'block' then 1 else 0 end) = 1 as is_blocked,
        max(case when verdict = 'require' then 1 else 0 end) = 1 as is_required,
        coalesce(cast(sum(cast(case when verdict = 'boost' then weight end as decimal(18, 9))) as double), 0) as boost,
        min(case when verdict = 'block' then rule_name || ': ' || reason end) as reason
    from named
    group by cutoff_at, channel, customer_id, product_id
)

select
    cutoff_at,
    channel,
    customer_id,
    product_id,
    is_blocked,
    is_required,
    boost,
    {{ dbt.split_part('reason', "': '", 1) }} as rule_name,
    reason
from judged
