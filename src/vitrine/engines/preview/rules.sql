-- One row per rule: its verdicts in the last build and now, and the slots that leave or come by it. A slot that several
-- rules require or boost counts for each of them.
with verdicts as (
    select rule_name, verdict_count as live_count, 0 as preview_count from before.verdict_counts
    union all
    select rule_name, 0 as live_count, count(*) as preview_count from intermediate.int_rules__verdicts
    group by rule_name
),

named as (
    select change, unnest(string_split(rule_name, ', ')) as rule_name from preview.changes
),

slots as (
    select
        rule_name,
        count(*) filter (change = 'out') as out_count,
        count(*) filter (change = 'in') as in_count
    from named
    group by rule_name
),

counted as (
    select rule_name, sum(live_count) as live_verdict_count, sum(preview_count) as preview_verdict_count
    from verdicts
    group by rule_name
)

select
    coalesce(counted.rule_name, slots.rule_name) as rule_name,
    coalesce(counted.live_verdict_count, 0) as live_verdict_count,
    coalesce(counted.preview_verdict_count, 0) as preview_verdict_count,
    coalesce(slots.out_count, 0) as out_count,
    coalesce(slots.in_count, 0) as in_count
from counted
full outer join slots on counted.rule_name = slots.rule_name
