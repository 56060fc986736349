-- One row per candidate with a known outcome that the ranker or a response model may learn from: what was bought, shown
-- or put into the cart, and samples of the rest, drawn by a hash of their keys. Of a training cutoff's candidates
-- nothing else is computed, as nothing is chosen there.

{%- set keys = "candidates.customer_id || '|' || candidates.product_id || '|' || cast(candidates.cutoff_at as "
    ~ dbt.type_string() ~ ")" %}

with candidates as (
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id
    from {{ ref('int_ranking__candidates') }} as candidates
    inner join {{ ref('int_calendar__cutoffs') }} as cutoffs on candidates.cutoff_at = cutoffs.cutoff_at
    where cutoffs.outcome_until_at is not null
),

buyers as (
    select
        cutoff_at,
        customer_id
    from {{ ref('int_propensity__outcomes') }}
    where has_ordered
),

shown as (
    select distinct
        cutoff_at,
        customer_id,
        product_id
    from {{ ref('int_feedback__impressions') }}
),

marked as (
    select
        candidates.cutoff_at,
        candidates.customer_id,
        candidates.product_id,
        shown.product_id is not null as was_shown,
        -- Of customers who ordered something: how likely an order is at all, the purchase probability says.
        buyers.customer_id is not null
        and (
            outcomes.product_id is not null
            or {{ is_in_share(keys, var('negative_sample_share'), 'negatives') }}
        ) as is_of_ranker,
        carts.product_id is not null
        or {{ is_in_share(keys, var('response_negative_share'), 'responses') }} as is_of_carts
    from candidates
    left join buyers
        on
            candidates.cutoff_at = buyers.cutoff_at
            and candidates.customer_id = buyers.customer_id
    left join {{ ref('int_ranking__outcomes') }} as outcomes
        on
            candidates.cutoff_at = outcomes.cutoff_at
            and candidates.customer_id = outcomes.customer_id
            and candidates.product_id = outcomes.product_id
    left join {{ ref('int_feedback__carts') }} as carts
        on
            candidates.cutoff_at = carts.cutoff_at
            and candidates.customer_id = carts.customer_id
            and candidates.product_id = carts.product_id
    left join shown
        on
            candidates.cutoff_at = shown.cutoff_at
            and candidates.customer_id = shown.customer_id
            and candidates.product_id = shown.product_id
)

select
    cutoff_at,
    customer_id,
    product_id,
    is_of_ranker,
    is_of_carts
from marked
where is_of_ranker or is_of_carts or was_shown
