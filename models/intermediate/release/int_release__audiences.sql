-- One row per channel and customer whom this release would address if nobody were held out, and what holds him out.

with fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

eligible as (
    select
        cutoff_at,
        channel,
        customer_id
    from {{ ref('int_propensity__audience') }}
    where is_eligible
    union
    -- A step of a journey addresses customers too, whatever their purchase probability.
    select
        cutoff_at,
        '{{ var("journey_channel") }}' as channel,
        customer_id
    from {{ ref('int_journeys__steps') }}
    where is_eligible
),

holdouts as (
    select * from {{ ref('int_experiments__holdouts') }}
)

select
    fingerprints.release_id,
    fingerprints.as_of_at,
    eligible.channel,
    eligible.customer_id,
    policies.policy_name,
    holdouts.experiment_id as held_out_by
from fingerprints
inner join eligible on fingerprints.as_of_at = eligible.cutoff_at
inner join policies on eligible.channel = policies.channel
left join holdouts
    on
        eligible.cutoff_at = holdouts.cutoff_at
        and eligible.channel = holdouts.channel
        and eligible.customer_id = holdouts.customer_id
