-- One row per channel, change, cause and rule, or rules where several say the same: how many slots leave or come by it.
select
    channel,
    change,
    cause,
    rule_name,
    count(*) as slot_count,
    count(distinct customer_id) as customer_count
from preview.changes
where change in ('out', 'in')
group by channel, change, cause, rule_name
