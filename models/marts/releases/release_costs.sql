-- One row per run of dbt and node that it ran: seconds, rows and bytes. The end of a run adds rows; a build adds none.
{{ config(on_schema_change='append_new_columns') }}

select
    cast(null as {{ dbt.type_string() }}) as run_id,
    cast(null as {{ dbt.type_timestamp() }}) as started_at,
    cast(null as {{ dbt.type_timestamp() }}) as ended_at,
    cast(null as double) as run_seconds,
    cast(null as {{ dbt.type_string() }}) as command,
    cast(null as {{ dbt.type_string() }}) as connector,
    cast(null as {{ dbt.type_timestamp() }}) as as_of_at,
    cast(null as {{ dbt.type_string() }}) as node_name,
    cast(null as {{ dbt.type_string() }}) as node_type,
    cast(null as {{ dbt.type_string() }}) as status,
    cast(null as double) as node_seconds,
    cast(null as bigint) as row_count,
    cast(null as bigint) as byte_count
where 1 = 0
