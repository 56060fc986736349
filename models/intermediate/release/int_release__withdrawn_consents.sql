-- One row per channel that needs consent and customer who refuses it as of this build: asked of staging alone, so that
-- whoever took it back is hidden without a build of recommendations.

with channels as (
    select * from {{ ref('int_integrity__channel_policies') }}
    where needs_consent
),

consents as (
    select * from {{ ref('stg_consents') }}
    where
        not is_opted_in
        and valid_from_at < {{ as_of() }}
        and (valid_to_at is null or valid_to_at >= {{ as_of() }})
)

select
    consents.channel,
    consents.customer_id,
    max(consents.valid_from_at) as withdrawn_at
from consents
inner join channels on consents.channel = channels.channel
group by consents.channel, consents.customer_id
