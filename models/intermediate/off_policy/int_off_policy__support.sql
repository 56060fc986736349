-- One row per judged cutoff, candidate policy, order of its slate and slot (0: all of them together): how much the logs
-- can say about the policy, and why not to trust them.

with counts as (
    select
        cutoff_role,
        cutoff_at,
        channel,
        slate_variant,
        slate_order,
        slot,
        cast(sum(row_count) as bigint) as row_count,
        cast(sum(unusable_count) as bigint) as unusable_count,
        cast(sum(case when row_count > 0 then 1 else 0 end) as bigint) as customer_count,
        coalesce(sum(weight_sum) * sum(weight_sum) / nullif(sum(weight_square_sum), 0), 0) as effective_sample_size,
        coalesce(
            sum(clipped_weight_sum) * sum(clipped_weight_sum) / nullif(sum(clipped_weight_square_sum), 0), 0
        ) as clipped_sample_size,
        max(largest_weight) as largest_weight,
        coalesce(sum(weight_sum) / nullif(sum(row_count), 0), 0) as mean_weight
    from {{ ref('int_off_policy__customer_sums') }}
    group by cutoff_role, cutoff_at, channel, slate_variant, slate_order, slot
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
)

select
    counts.cutoff_role,
    counts.cutoff_at,
    counts.channel,
    counts.slate_variant,
    policies.policy_name,
    counts.slate_order,
    counts.slot,
    counts.row_count,
    counts.unusable_count,
    counts.customer_count,
    round(counts.effective_sample_size, 6) as effective_sample_size,
    round(counts.clipped_sample_size, 6) as clipped_sample_size,
    round(counts.largest_weight, 9) as largest_weight,
    round(counts.mean_weight, 9) as mean_weight,
    round(least(1, greatest(0, 1 - counts.mean_weight)), 9) as unsupported_share,
    case
        when counts.row_count = 0 then 'no logged row has a selection probability'
        else nullif(concat_ws(
            '; ',
            case when counts.unusable_count > 0 then 'logged rows without a selection probability are left out' end,
            case
                when counts.effective_sample_size < {{ var('min_effective_sample_size') }}
                    then 'too few logged rows show what this policy would show'
            end,
            case
                when 1 - counts.mean_weight > {{ var('max_unsupported_share') }}
                    then 'the logs hardly show a part of what this policy would show'
            end,
            case
                when
                    counts.mean_weight - 1 > greatest(
                        {{ var('max_unsupported_share') }},
                        {{ var('weight_noise_errors') }} * counts.mean_weight
                        / sqrt(greatest(counts.effective_sample_size, 1))
                    )
                    then 'logged probabilities do not fit what was shown'
            end
        ), '')
    end as warning
from counts
left join policies
    on
        counts.channel = policies.channel
        and counts.slate_variant = 'vitrine_' || policies.channel
