-- One row per release, channel and customer whom it would address if nobody were held out, and what held him out.
-- Written before the row in recommendation_releases, as release_slates.
{{ config(pre_hook='{{ sweep_unfinished_releases() }}') }}
-- depends_on: {{ ref('release_slates') }}

{{- assert_audits_passed() }}

with audiences as (
    select * from {{ ref('int_release__audiences') }}
),

new_releases as (
    select * from {{ ref('int_release__new_releases') }}
)

select
    audiences.release_id,
    audiences.channel,
    audiences.customer_id,
    audiences.policy_name,
    audiences.held_out_by,
    cast(audiences.as_of_at as {{ dbt.type_timestamp() }}) as as_of_at
from audiences
inner join new_releases on audiences.channel = new_releases.channel
