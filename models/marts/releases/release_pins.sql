-- One row per decision about a channel's releases, by whom, why, and until when. The operations rollback, hold, promote
-- and withdraw add rows; a build adds none.

select
    cast(null as {{ dbt.type_string() }}) as channel,
    cast(null as {{ dbt.type_string() }}) as release_id,
    cast(null as {{ dbt.type_string() }}) as owner,
    cast(null as {{ dbt.type_string() }}) as reason,
    cast(null as {{ dbt.type_timestamp() }}) as recorded_at,
    cast(null as {{ dbt.type_timestamp() }}) as hold_until_at,
    cast(null as {{ dbt.type_string() }}) as decision
from {{ ref('int_release__fingerprints') }}
where 1 = 0
