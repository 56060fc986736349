-- One row per channel that needs consent and customer who refuses it as of this build, or whose agreement has ended:
-- asked of staging alone, so that whoever took it back is hidden without a build of recommendations.

with channels as (
    select * from {{ ref('int_integrity__channel_policies') }}
    where needs_consent
),

consents as (
    select
        channel,
        customer_id,
        is_opted_in,
        valid_from_at,
        valid_to_at,
        valid_to_at is null or valid_to_at >= {{ as_of() }} as holds
    from {{ ref('stg_consents') }}
    where valid_from_at < {{ as_of() }}
),

answers as (
    select
        channel,
        customer_id,
        max(case when is_opted_in and holds then 1 else 0 end) as opted_in_flag,
        max(case when not is_opted_in and holds then 1 else 0 end) as refused_flag,
        max(case when not is_opted_in and holds then valid_from_at end) as refused_at,
        max(case when not holds then valid_to_at end) as ended_at
    from consents
    group by channel, customer_id
)

-- Two overlapping answers: the refusal counts.
select
    answers.channel,
    answers.customer_id,
    coalesce(answers.refused_at, answers.ended_at) as withdrawn_at
from answers
inner join channels on answers.channel = channels.channel
where answers.refused_flag = 1 or answers.opted_in_flag = 0
