-- One row per channel whose live release has one before it: what differs between their records. A view, since a
-- rollback makes another release live without a build.
{{ config(materialized='view') }}

{%- set objectives = addend_columns().keys() | reject('equalto', 'boost') | list %}
{%- set seeds = compared_seeds().split(' ') if compared_seeds() else [] %}

with live_releases as (
    select * from {{ ref('live_releases') }}
),

releases as (
    select
        releases.*,
        row_number() over (partition by channel order by published_at asc, release_id desc) as place
    from {{ ref('recommendation_releases') }} as releases
),

paired as (
    select
        newer.channel,
        newer.release_id,
        older.release_id as previous_release_id,
        newer.as_of_at,
        newer.published_at,
        older.as_of_at as previous_as_of_at,
        older.published_at as previous_published_at,
        -- What a release older than a column did not record cannot be said to differ.
        {%- for name in objectives %}
        coalesce(newer.{{ name }}_weight != older.{{ name }}_weight, false) as is_{{ name }}_weight_changed,
        {%- endfor %}
        coalesce(newer.var_fingerprint != older.var_fingerprint, false) as is_var_changed,
        coalesce(newer.fit_fingerprint != older.fit_fingerprint, newer.ranker_fit_id != older.ranker_fit_id)
            as is_fit_changed,
        newer.data_fingerprint != older.data_fingerprint or newer.as_of_at != older.as_of_at as is_data_changed,
        coalesce(newer.code_fingerprint != older.code_fingerprint, false) as is_code_changed,
        newer.seed_fingerprints,
        older.seed_fingerprints as previous_seed_fingerprints,
        ''
        {%- for name in objectives %}
        || case
            when newer.{{ name }}_weight != older.{{ name }}_weight
                then
                    ', the weight of {{ name }} from ' || cast(older.{{ name }}_weight as {{ dbt.type_string() }})
                    || ' to ' || cast(newer.{{ name }}_weight as {{ dbt.type_string() }})
            else ''
        end
        {%- endfor %} as changed_weights
    from releases as newer
    inner join live_releases
        on
            newer.channel = live_releases.channel
            and newer.release_id = live_releases.release_id
    inner join releases as older
        on
            newer.channel = older.channel
            and newer.place = older.place + 1
)

select
    paired.*,
    substr(
        changed_weights
        {%- for name in seeds %}
        || case
            when
                {{ dbt.position("'" ~ name ~ ":'", 'seed_fingerprints') }} > 0
                and {{ dbt.position("'" ~ name ~ ":'", 'previous_seed_fingerprints') }} > 0
                and {{ dbt.split_part(dbt.split_part("' ' || seed_fingerprints", "' " ~ name ~ ":'", 2), "' '", 1) }}
                != {{ dbt.split_part(
                    dbt.split_part("' ' || previous_seed_fingerprints", "' " ~ name ~ ":'", 2), "' '", 1) }}
                then ', seeds/{{ name }}.csv'
            else ''
        end
        {%- endfor %}
        || case when is_var_changed then ', vars' else '' end, 3
    ) as changed_settings
from paired
