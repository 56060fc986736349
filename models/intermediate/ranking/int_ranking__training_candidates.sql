-- One row per candidate that the ranker learns from: of customers who ordered something, all candidates that were
-- bought and a share of the others, drawn by a hash of their keys. The ranker puts the missing negatives back into its
-- probabilities exactly, and the purchase probability of the customer says how likely an order is at all.

with candidate_features as (
    select * from {{ ref('int_ranking__candidate_features') }}
    where has_bought is not null
),

buyers as (
    select
        cutoff_at,
        customer_id
    from {{ ref('int_propensity__outcomes') }}
    where has_ordered
)

select candidate_features.*
from candidate_features
inner join buyers
    on
        candidate_features.cutoff_at = buyers.cutoff_at
        and candidate_features.customer_id = buyers.customer_id
where
    candidate_features.has_bought
    or {{ is_sampled_candidate('candidate_features', var('negative_sample_share'), 'negatives') }}
