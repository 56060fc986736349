-- One row per release, channel, customer and slot that was ever published. Rows come first, the row in
-- recommendation_releases last, so what a killed build left here is seen by nobody and swept by the next.
{{ config(pre_hook='{{ sweep_unfinished_releases() }}') }}

{{- assert_audits_passed() }}

with slates as (
    select * from {{ ref('int_release__slates') }}
),

new_releases as (
    select * from {{ ref('int_release__new_releases') }}
)

select
    slates.release_id,
    slates.channel,
    slates.customer_id,
    cast(slates.slot as integer) as slot,
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
    slates.relevance_score,
    slates.popularity_penalty,
    slates.value_bonus,
    slates.click_probability,
    slates.cart_probability,
    slates.click_bonus,
    slates.cart_bonus,
    slates.margin_bonus,
    slates.boost,
    slates.objective_score,
    slates.marginal_score,
    slates.popularity_percentile,
    slates.reason_type,
    slates.fallback_level,
    slates.campaign_id,
    slates.campaign_name,
    slates.block_name,
    slates.taste_reason,
    slates.purchase_addend,
    cast(slates.objective_rank as bigint) as objective_rank,
    slates.relaxed_limits,
    slates.rule_names,
    slates.displaced_product_id,
    slates.displaced_product_name,
    slates.displaced_score,
    slates.selection_probability,
    slates.is_explored,
    slates.exploration_addend,
    cast(slates.as_of_at as {{ dbt.type_timestamp() }}) as as_of_at,
    cast(slates.valid_until_at as {{ dbt.type_timestamp() }}) as valid_until_at
from slates
inner join new_releases on slates.channel = new_releases.channel
