-- One row per candidate that the ranker learns from: all that were bought and a share of the others, drawn by a
-- hash of their keys. The ranker puts the missing negatives back into its probabilities exactly.

with candidate_features as (
    select * from {{ ref('int_ranking__candidate_features') }}
    where has_bought is not null
)

select candidate_features.*
from candidate_features
where
    has_bought
    or {{ is_in_share(
        "customer_id || '|' || product_id || '|' || cast(cutoff_at as " ~ dbt.type_string() ~ ")",
        var('negative_sample_share'), 'negatives'
    ) }}
