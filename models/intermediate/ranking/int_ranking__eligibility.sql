-- One row per candidate where slates are chosen: whether a rule blocks it in every channel, which one, and how far
-- rules boost it. What rules say of one channel is in int_ranking__channel_verdicts.

with candidates as (
    select candidates.*
    from {{ ref('int_ranking__candidates') }} as candidates
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on candidates.cutoff_at = cutoffs.cutoff_at
    where cutoffs.cutoff_role != 'train'
),

verdicts as (
    select * from {{ ref('int_rules__verdicts') }}
    where product_id is not null and channel is null
),

judged as (
    select
        cutoff_at,
        customer_id,
        product_id,
        max(case when verdict = 'block' then 1 else 0 end) as block_flag,
        -- Of several blocks the first by name is shown; the verdicts table has them all.
        min(case when verdict = 'block' then rule_name || ': ' || reason end) as reason,
        max(case when verdict = 'require' then 1 else 0 end) as require_flag,
        coalesce(cast(sum(cast(case when verdict = 'boost' then weight end as decimal(18, 9))) as double), 0) as boost
    from verdicts
    group by cutoff_at, customer_id, product_id
),

-- What is said of a product for everybody.
judged_for_all as (
    select * from judged
    where customer_id is null
),

touched as (
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id,
        coalesce(personal.block_flag, 0) + coalesce(general.block_flag, 0) as block_count,
        coalesce(personal.require_flag, 0) + coalesce(general.require_flag, 0) as require_count,
        coalesce(personal.boost, 0) + coalesce(general.boost, 0) as boost,
        case
            when personal.reason is null or general.reason < personal.reason then general.reason
            else personal.reason
        end as reason
    from candidates
    left join judged as personal
        on
            candidates.cutoff_at = personal.cutoff_at
            and candidates.customer_id = personal.customer_id
            and candidates.product_id = personal.product_id
    left join judged_for_all as general
        on
            candidates.cutoff_at = general.cutoff_at
            and candidates.product_id = general.product_id
)

select
    cutoff_at,
    customer_id,
    product_id,
    block_count > 0 as is_blocked,
    require_count > 0 as is_required,
    {{ dbt.split_part('reason', "': '", 1) }} as rule_name,
    reason,
    boost
from touched
