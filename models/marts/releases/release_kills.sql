-- One row per decision about a single product: killed (out of everything readers see, at once) or revived, by whom and
-- why. The operations kill_product and revive_product add rows; a build adds none and reads no other model for it.
{{ config(on_schema_change='fail') }}

select
    cast(null as {{ dbt.type_string() }}) as product_id,
    cast(null as boolean) as is_killed,
    cast(null as {{ dbt.type_string() }}) as owner,
    cast(null as {{ dbt.type_string() }}) as reason,
    cast(null as {{ dbt.type_timestamp() }}) as recorded_at
where 1 = 0
