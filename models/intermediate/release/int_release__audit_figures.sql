-- One row per channel and audit: the figure, and the bounds it has to keep.

with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

slot_checks as (
    select
        channel,
        count(*) as slot_count,
        sum(is_blocked_flag) as blocked_count,
        sum(is_repeated_flag) as repeated_count,
        sum(is_owned_flag) as owned_count,
        sum(is_unsellable_flag) as unsellable_count,
        sum(is_killed_flag) as killed_count,
        sum(is_uncontactable_flag) as uncontactable_count,
        sum(is_holdout_flag) as holdout_count
    from {{ ref('int_release__slot_checks') }}
    group by channel
),

slate_checks as (
    select
        channel,
        count(*) as customer_count,
        sum(case when slot_count > 0 then 1 else 0 end) as slate_count,
        sum(is_short_flag) as short_count,
        sum(is_fallback_flag) as fallback_count,
        sum(is_category_cap_flag) as category_cap_count,
        sum(is_brand_cap_flag) as brand_cap_count,
        sum(is_disordered_flag) as disordered_count
    from {{ ref('int_release__slate_checks') }}
    group by channel
),

guardrails as (
    select
        channel,
        sum(case when is_hard then 1 else 0 end) as hard_count,
        sum(case when not is_hard and not has_given_way then 1 else 0 end) as unsaid_count,
        cast(count(distinct case when not is_hard then customer_id end) as double) as relaxed_count
    from {{ ref('int_release__broken_guardrails') }}
    group by channel
),

relaxed_guardrails as (
    select
        channel,
        guardrail_name,
        count(*) as customer_count,
        row_number() over (partition by channel order by count(*) desc, guardrail_name asc) as place
    from {{ ref('int_release__broken_guardrails') }}
    where not is_hard
    group by channel, guardrail_name
),

overexposed as (
    select
        channel,
        count(*) as product_count
    from {{ ref('int_release__exposure_checks') }}
    group by channel
),

metrics as (
    select * from {{ ref('evaluation_metrics') }}
    where
        cutoff_role = 'validate'
        and customer_segment = 'all'
        and target = 'new_products'
        and metric_name = 'ndcg_at_{{ var("metric_slot_count") }}'
)

select
    policies.channel,
    {%- for name in [
        'slot_count', 'blocked_count', 'repeated_count', 'owned_count', 'unsellable_count',
        'killed_count', 'uncontactable_count', 'holdout_count'
    ] %}
    coalesce(slot_checks.{{ name }}, 0) as {{ name }},
    {%- endfor %}
    {%- for name in ['customer_count', 'category_cap_count', 'brand_cap_count', 'disordered_count'] %}
    coalesce(slate_checks.{{ name }}, 0) as {{ name }},
    {%- endfor %}
    coalesce(guardrails.hard_count, 0) as hard_guardrail_count,
    coalesce(guardrails.unsaid_count, 0) as unsaid_guardrail_count,
    coalesce(guardrails.relaxed_count / greatest(coalesce(slate_checks.slate_count, 1), 1), 0) as relaxed_slate_share,
    relaxed_guardrails.guardrail_name as most_relaxed_guardrail,
    relaxed_guardrails.customer_count as most_relaxed_count,
    coalesce(overexposed.product_count, 0) as overexposed_count,
    coalesce(held_out.customer_count, 0) as held_out_count,
    1 - slate_checks.short_count / cast(nullif(slate_checks.customer_count, 0) as double) as full_slate_share,
    coalesce(slate_checks.fallback_count / cast(greatest(coalesce(slate_checks.customer_count, 1), 1) as double), 0)
        as fallback_share,
    own.metric_value as ndcg,
    own.metric_value / nullif(popular.metric_value, 0) as ndcg_ratio
from policies
left join slot_checks on policies.channel = slot_checks.channel
left join slate_checks on policies.channel = slate_checks.channel
left join guardrails on policies.channel = guardrails.channel
left join relaxed_guardrails on policies.channel = relaxed_guardrails.channel and relaxed_guardrails.place = 1
left join overexposed on policies.channel = overexposed.channel
left join {{ ref('int_release__holdout_checks') }} as held_out on policies.channel = held_out.channel
left join metrics as own on own.slate_variant = {{ evaluated_variant('policies.channel') }}
left join metrics as popular on popular.slate_variant = 'popularity'
