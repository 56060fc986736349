-- One row per candidate that the ranker learns from. The negatives that were not drawn it puts back into its
-- probabilities exactly.

select features.*
from {{ ref('int_ranking__candidate_features') }} as features
inner join {{ ref('int_ranking__learned_candidates') }} as learned
    on
        features.cutoff_at = learned.cutoff_at
        and features.customer_id = learned.customer_id
        and features.product_id = learned.product_id
where learned.is_of_ranker
