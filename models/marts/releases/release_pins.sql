-- One row per rollback: the release a channel was pinned to, by whom, why, and until when. The operation rollback
-- adds rows; a build adds none.
{{ config(on_schema_change='fail') }}

select
    cast(null as {{ dbt.type_string() }}) as channel,
    cast(null as {{ dbt.type_string() }}) as release_id,
    cast(null as {{ dbt.type_string() }}) as owner,
    cast(null as {{ dbt.type_string() }}) as reason,
    cast(null as {{ dbt.type_timestamp() }}) as recorded_at,
    cast(null as {{ dbt.type_timestamp() }}) as hold_until_at
from {{ ref('int_release__fingerprints') }}
where 1 = 0
