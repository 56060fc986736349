-- One row per customer and slot of the live e-mail release, without what the score is made of: for readers of the first
-- version, until its deprecation date.

select
    release_id,
    customer_id,
    slot,
    campaign_id,
    campaign_name,
    block_name,
    product_id,
    product_name,
    category,
    brand,
    price_amount,
    currency_code,
    reason,
    candidate_source,
    anchor_product_id,
    purchase_probability,
    expected_value_amount,
    objective_score,
    popularity_percentile,
    as_of_at,
    valid_until_at,
    selection_probability,
    is_explored
from {{ ref('recommendations_email', v=2) }}
