-- One row per fitted model that these slates come from: what it is and the fit itself.
{{ config(materialized='view') }}

with fits as (
    {%- for fits in [ref('int_propensity__fits'), ref('int_ranking__fits'), ref('int_ranking__response_fits')] %}
    select
        model_name,
        fit_id,
        fit_scope,
        trained_until_at,
        row_count,
        feature_names,
        parameters,
        training_fingerprint,
        model
    from {{ fits }}
    where fit_scope = 'serve'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    fingerprints.release_id,
    fits.*
from fits
cross join {{ ref('int_release__fingerprints') }} as fingerprints
