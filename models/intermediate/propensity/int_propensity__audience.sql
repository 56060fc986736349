-- One row per cutoff, channel and customer: how likely to buy, and whether the channel's policy sends to them.

with scores as (
    select * from {{ ref('int_propensity__scores') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

contact_blocks as (
    select
        verdicts.cutoff_at,
        policies.channel,
        verdicts.customer_id,
        -- Of several the first rule by name is shown.
        min(verdicts.rule_name) as rule_name,
        min_by(verdicts.reason, verdicts.rule_name || ': ' || verdicts.reason) as reason
    from {{ ref('int_rules__verdicts') }} as verdicts
    inner join policies on coalesce(verdicts.channel, policies.channel) = policies.channel
    where verdicts.verdict = 'block' and verdicts.product_id is null
    group by verdicts.cutoff_at, policies.channel, verdicts.customer_id
),

holdouts as (
    select * from {{ ref('int_experiments__holdouts') }}
),

ranked as (
    select
        scores.cutoff_at,
        policies.channel,
        scores.customer_id,
        scores.purchase_probability,
        scores.expected_spend_amount,
        policies.audience_type,
        policies.audience_value,
        row_number() over (
            partition by scores.cutoff_at, policies.channel
            order by scores.purchase_probability desc, scores.customer_id asc
        ) as propensity_rank,
        count(*) over (partition by scores.cutoff_at, policies.channel) as customer_count,
        holdouts.experiment_id as held_out_by,
        holdouts.reason as holdout_reason,
        contact_blocks.rule_name as contact_rule_name,
        contact_blocks.reason as contact_block_reason
    from scores
    cross join policies
    left join contact_blocks
        on
            scores.cutoff_at = contact_blocks.cutoff_at
            and policies.channel = contact_blocks.channel
            and scores.customer_id = contact_blocks.customer_id
    left join holdouts
        on
            scores.cutoff_at = holdouts.cutoff_at
            and policies.channel = holdouts.channel
            and scores.customer_id = holdouts.customer_id
),

judged as (
    select
        ranked.*,
        propensity_rank <= ceil(customer_count * {{ var('high_propensity_share') }}) as is_high_propensity,
        case
            when audience_type = 'top_share' and propensity_rank > ceil(customer_count * audience_value)
                then 'purchase probability below the policy share'
            when audience_type = 'threshold' and purchase_probability < audience_value
                then 'purchase probability below the policy threshold'
        end as policy_reason
    from ranked
)

select
    cutoff_at,
    channel,
    customer_id,
    purchase_probability,
    expected_spend_amount,
    propensity_rank,
    cast(ceil({{ var('decile_count') }} * propensity_rank / cast(customer_count as double)) as integer)
        as propensity_decile,
    is_high_propensity,
    held_out_by is not null as is_holdout,
    held_out_by,
    contact_block_reason is null as is_contactable,
    contact_rule_name,
    coalesce(contact_block_reason, policy_reason) is null as is_eligible,
    coalesce(contact_block_reason, holdout_reason, policy_reason) is null as is_in_audience,
    coalesce(contact_block_reason, holdout_reason, policy_reason) as exclusion_reason
from judged
