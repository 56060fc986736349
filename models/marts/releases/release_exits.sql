-- One row per release, channel, customer and product that left the slate since the release before: where it fell and by
-- what. Written before the row in recommendation_releases, as release_slates.
{{ config(pre_hook='{{ sweep_unfinished_releases() }}') }}
-- depends_on: {{ ref('release_slates') }}

{{- assert_audits_passed() }}

with exits as (
    select * from {{ ref('int_release__exits') }}
),

new_releases as (
    select * from {{ ref('int_release__new_releases') }}
)

select
    exits.release_id,
    exits.previous_release_id,
    exits.channel,
    exits.customer_id,
    exits.product_id,
    exits.stage,
    exits.rule_name,
    exits.reason,
    cast(exits.objective_rank as bigint) as objective_rank,
    {%- for column in addend_columns().values() %}
    exits.{{ column }},
    {%- endfor %}
    exits.objective_score
from exits
inner join new_releases on exits.channel = new_releases.channel
