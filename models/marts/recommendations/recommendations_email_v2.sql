-- One row per customer and slot of the live e-mail release, with all that an e-mail tool needs and what the score is
-- made of. Killed products are left out at once and the other slots keep their numbers; nor does a reason name one. Who
-- took his consent back is left out at once as well: the ledger does not have him.

{{- assert_audits_passed('email') }}

with slates as (
    select * from {{ ref('release_slates') }}
    where channel = 'email'
),

live_releases as (
    select * from {{ ref('live_releases') }}
),

killed_products as (
    select * from {{ ref('killed_products') }}
),

ledger as (
    select * from {{ ref('recommendation_ledger') }}
    where channel = 'email'
)

select
    slates.release_id,
    slates.customer_id,
    slates.slot,
    slates.campaign_id,
    slates.campaign_name,
    slates.block_name,
    slates.product_id,
    slates.product_name,
    slates.category,
    slates.brand,
    slates.price_amount,
    slates.currency_code,
    case
        -- Releases older than the column had no other reason that named a product.
        when killed_anchors.product_id is not null and coalesce(slates.reason_type, 'anchor_bought') = 'anchor_bought'
            then coalesce(slates.taste_reason, 'Close to what you buy')
        else slates.reason
    end as reason,
    slates.candidate_source,
    case when killed_anchors.product_id is null then slates.anchor_product_id end as anchor_product_id,
    slates.purchase_probability,
    slates.expected_value_amount,
    slates.objective_score,
    slates.popularity_percentile,
    slates.as_of_at,
    slates.valid_until_at,
    -- Releases older than the columns drew nothing.
    coalesce(slates.selection_probability, 1) as selection_probability,
    coalesce(slates.is_explored, false) as is_explored,
    slates.reason_type,
    ledger.purchase_addend,
    ledger.click_addend,
    ledger.cart_addend,
    ledger.value_addend,
    ledger.margin_addend,
    ledger.novelty_addend,
    ledger.boost_addend,
    ledger.exploration_addend,
    ledger.objective_rank,
    ledger.marginal_score,
    ledger.rule_names,
    ledger.relaxed_limits,
    ledger.displaced_product_id,
    ledger.displaced_product_name,
    ledger.score_given_up
from slates
inner join live_releases
    on
        slates.release_id = live_releases.release_id
        and slates.channel = live_releases.channel
inner join ledger
    on
        slates.release_id = ledger.release_id
        and slates.customer_id = ledger.customer_id
        and slates.slot = ledger.slot
left join killed_products on slates.product_id = killed_products.product_id
left join killed_products as killed_anchors on slates.anchor_product_id = killed_anchors.product_id
where killed_products.product_id is null
