-- One row per release, channel, shared slate and slot that was ever published. Rows come first, the row in
-- recommendation_releases last, so what a killed build left here is seen by nobody and swept by the next.
{{ config(pre_hook='{{ sweep_unfinished_releases() }}') }}

{{- assert_audits_passed() }}

with slates as (
    select * from {{ ref('int_release__shared_slates') }}
),

new_releases as (
    select * from {{ ref('int_release__new_releases') }}
)

select
    slates.release_id,
    slates.channel,
    slates.shared_type,
    slates.shared_key,
    cast(slates.slot as integer) as slot,
    slates.product_id,
    slates.product_name,
    slates.category,
    slates.brand,
    slates.price_amount,
    slates.currency_code,
    slates.reason,
    slates.base_score,
    slates.popularity_penalty,
    slates.objective_score,
    slates.marginal_score,
    slates.relaxed_limits,
    cast(slates.as_of_at as {{ dbt.type_timestamp() }}) as as_of_at,
    cast(slates.valid_until_at as {{ dbt.type_timestamp() }}) as valid_until_at
from slates
inner join new_releases on slates.channel = new_releases.channel
