-- One row per channel and what holds back candidates of customers who would have no full slate.
with short_slates as (
    select channel, customer_id from intermediate.int_release__slate_checks
    where is_short_flag = 1
)

select
    audit.channel,
    coalesce(audit.rule_name, audit.reason) as held_back_by,
    count(*) as candidate_count,
    count(distinct audit.customer_id) as customer_count
from intermediate.int_release__candidate_audit as audit
inner join short_slates on audit.channel = short_slates.channel and audit.customer_id = short_slates.customer_id
where audit.product_id is not null and audit.stage != 'slate'
group by audit.channel, coalesce(audit.rule_name, audit.reason)
