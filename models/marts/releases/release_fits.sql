-- One row per release and fitted model that its slates come from, with the fit itself. Written before the row in
-- recommendation_releases, as release_slates.
{{ config(pre_hook='{{ sweep_unfinished_releases() }}') }}
-- depends_on: {{ ref('release_slates') }}

{{- assert_audits_passed() }}

with fits as (
    select * from {{ ref('int_release__fits') }}
),

-- A release of the same slates may reach its channels in more than one build.
new_releases as (
    select distinct release_id from {{ ref('int_release__new_releases') }}
)

select
    fits.release_id,
    fits.model_name,
    fits.fit_id,
    fits.fit_scope,
    cast(fits.trained_until_at as {{ dbt.type_timestamp() }}) as trained_until_at,
    cast(fits.row_count as bigint) as row_count,
    fits.feature_names,
    fits.parameters,
    fits.training_fingerprint,
    fits.model
from fits
inner join new_releases on fits.release_id = new_releases.release_id
{%- if is_incremental() %}
left join (select distinct release_id from {{ this }}) as known on fits.release_id = known.release_id
where known.release_id is null
{%- endif %}
