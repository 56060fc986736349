-- One row per customer and step of a journey that stands for release, with all that is needed to show it.

with fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

steps as (
    select * from {{ ref('int_journeys__steps') }}
    where stop_reason is null
),

features as (
    select * from {{ ref('int_features__products') }}
),

products as (
    select * from {{ ref('stg_products') }}
)

select
    fingerprints.release_id,
    steps.customer_id,
    steps.journey_name,
    steps.step_name,
    steps.step_number,
    steps.anchor_product_id,
    anchors.product_name as anchor_product_name,
    steps.anchor_ordered_at,
    steps.after_days,
    steps.lag_source,
    steps.due_on,
    steps.product_id,
    features.product_name,
    features.category,
    features.brand,
    features.price_amount,
    fingerprints.currency_code,
    'For ' || anchors.product_name || ', which you bought' as reason,
    steps.cutoff_at as as_of_at,
    {{ days_after('steps.cutoff_at', var('journey_window_days')) }} as valid_until_at
from steps
cross join fingerprints
inner join features
    on
        steps.cutoff_at = features.cutoff_at
        and steps.product_id = features.product_id
inner join products as anchors on steps.anchor_product_id = anchors.product_id
