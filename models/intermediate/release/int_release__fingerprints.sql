-- One row: what these slates were made from, and the names that follow from it. Slates made again get new names.
-- depends_on: {{ ref('int_ranking__slates') }}

{%- set staged = staged_columns() %}

with table_fingerprints as (
    {%- for model, columns in staged.items() %}
    {{ rows_fingerprint(ref(model), columns[0], columns[1]) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

data as (
    select
        md5(
            {%- for model in staged %}
            max(case when table_fingerprint like '{{ model }}:%' then table_fingerprint end)
            {{- ' || ' if not loop.last }}
            {%- endfor %}
        ) as data_fingerprint
    from table_fingerprints
),

-- Kills change the slates and are neither data nor code. All decisions count: after a revival the slates are new again.
kills as (
    {{ rows_fingerprint(ref('release_kills'), ['product_id', 'is_killed', 'recorded_at']) }}
),

fits as (
    select
        max(case when model_name = 'propensity' and fit_scope = 'serve' then fit_id end) as propensity_fit_id,
        max(case when model_name = 'ranker' and fit_scope = 'serve' then fit_id end) as ranker_fit_id,
        {%- for response in ['click', 'cart'] %}
        max(case when model_name = '{{ response }}' and fit_scope = 'serve' then fit_id end) as {{ response }}_fit_id,
        {%- endfor %}
        min(fit_id) || max(fit_id) as fit_ids
    from (
        {%- for fits in [ref('int_propensity__fits'), ref('int_ranking__fits'), ref('int_ranking__response_fits')] %}
        select
            fit_id,
            fit_scope,
            model_name
        from {{ fits }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as all_fits
),

facts as (
    select
        {{ as_of() }} as as_of_at,
        '{{ var("connector") }}' as connector,
        '{{ connector_settings()["currency_code"] }}' as currency_code,
        {{ code_version() }} as code_version,
        {{ code_revision() }} as code_revision,
        {{ code_files() }} as code_files,
        '{{ release_parameters() }}' as parameters,
        '{{ var_fingerprint() }}' as var_fingerprint,
        '{{ seed_fingerprints() }}' as seed_fingerprints,
        {{ code_fingerprint() }} as code_fingerprint,
        data.data_fingerprint,
        fits.propensity_fit_id,
        fits.ranker_fit_id,
        fits.click_fit_id || fits.cart_fit_id || fits.fit_ids as fit_ids,
        kills.table_fingerprint as kill_fingerprint
    from data
    cross join fits
    cross join kills
),

named as (
    select
        facts.*,
        md5(
            cast(as_of_at as {{ dbt.type_string() }}) || connector || code_version || parameters || data_fingerprint
            || propensity_fit_id || ranker_fit_id || fit_ids || kill_fingerprint
        ) as slate_fingerprint
    from facts
)

select
    'r' || replace(substr(cast(as_of_at as {{ dbt.type_string() }}), 1, 10), '-', '')
    || '_' || substr(slate_fingerprint, 1, 8) as release_id,
    slate_fingerprint,
    as_of_at,
    connector,
    currency_code,
    code_version,
    code_revision,
    code_files,
    parameters,
    data_fingerprint,
    propensity_fit_id,
    ranker_fit_id,
    md5(propensity_fit_id || ranker_fit_id || fit_ids) as fit_fingerprint,
    var_fingerprint,
    seed_fingerprints,
    code_fingerprint
from named
