-- One row per customer, step that is due and product that it could show.

with due as (
    select * from {{ ref('int_journeys__due') }}
    where followed_on is null
),

attributes as (
    select * from {{ ref('int_journeys__product_attributes') }}
),

candidates as (
    select * from {{ ref('int_ranking__eligibility') }}
),

scores as (
    select * from {{ ref('int_ranking__scores') }}
),

proposed as (
    select
        due.cutoff_at,
        due.customer_id,
        due.journey_name,
        due.step_name,
        candidates.product_id,
        scores.relevance_score + candidates.boost as step_score,
        cast(null as bigint) as leader_rank
    from due
    inner join attributes
        on
            due.next_attribute = attributes.attribute_name
            and due.next_value = attributes.attribute_value
    inner join candidates
        on
            due.cutoff_at = candidates.cutoff_at
            and due.customer_id = candidates.customer_id
            and attributes.product_id = candidates.product_id
    inner join scores
        on
            candidates.cutoff_at = scores.cutoff_at
            and candidates.customer_id = scores.customer_id
            and candidates.product_id = scores.product_id
    union all
    select
        cutoff_at,
        customer_id,
        journey_name,
        step_name,
        product_id,
        cast(null as double) as step_score,
        leader_rank
    from {{ ref('int_journeys__leaders') }}
)

select
    cutoff_at,
    customer_id,
    journey_name,
    step_name,
    product_id,
    max(step_score) as step_score,
    min(leader_rank) as leader_rank
from proposed
group by cutoff_at, customer_id, journey_name, step_name, product_id
