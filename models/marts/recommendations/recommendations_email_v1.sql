-- One row per customer and slot of the live e-mail release, with all that an e-mail tool needs.

{{- assert_audits_passed('email') }}

with slates as (
    select * from {{ ref('release_slates') }}
    where channel = 'email'
),

live_releases as (
    select * from {{ ref('live_releases') }}
)

select
    slates.release_id,
    slates.customer_id,
    slates.slot,
    slates.product_id,
    slates.product_name,
    slates.category,
    slates.brand,
    slates.price_amount,
    slates.currency_code,
    slates.reason,
    slates.candidate_source,
    slates.anchor_product_id,
    slates.purchase_probability,
    slates.expected_value_amount,
    slates.objective_score,
    slates.popularity_percentile,
    slates.as_of_at,
    slates.valid_until_at
from slates
inner join live_releases
    on
        slates.release_id = live_releases.release_id
        and slates.channel = live_releases.channel
