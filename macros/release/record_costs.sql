{#- At the end of a run: what each of its nodes took, and how large its table is now. Older rows than the releases may
    have are deleted. -#}
{% macro record_costs(results) -%}
    {%- set costs = vitrine.existing_relation('releases', 'release_costs') -%}
    {%- if execute and costs and flags.WHICH in ('build', 'run', 'retry') -%}
        {%- set timestamp, rows = dbt.type_timestamp(), [] -%}
        {%- set ended_at = modules.datetime.datetime.now(modules.pytz.utc) -%}
        {%- set sizes = vitrine.table_sizes(results) -%}
        {%- for result in results if result.node.resource_type in ('model', 'seed', 'test', 'unit_test') -%}
            {%- set size = sizes.get(result.node.schema ~ '.' ~ result.node.alias, ['null', 'null'])
                if result.node.resource_type in ('model', 'seed') else ['null', 'null'] -%}
            {#- Versions of a model share its name, and so may tests. -#}
            {%- set name = result.node.alias if result.node.resource_type in ('model', 'seed')
                else result.node.unique_id.split('.')[2:] | join('.') -%}
            {%- do rows.append(
                "('" ~ name | replace("'", "''") ~ "', '" ~ result.node.resource_type ~ "', '"
                ~ result.status ~ "', " ~ result.execution_time ~ ", " ~ size[0] ~ ", " ~ size[1] ~ ")") -%}
        {%- endfor -%}
        {%- for some in rows | batch(500) -%}
            {%- call statement('record_costs', auto_begin=true) -%}
                insert into {{ costs }}
                select
                    '{{ invocation_id }}',
                    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ timestamp }}),
                    cast('{{ ended_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ timestamp }}),
                    {{ (ended_at - run_started_at).total_seconds() }},
                    '{{ flags.WHICH }}',
                    '{{ var("connector") }}',
                    {{ as_of() }},
                    nodes.*
                from (values {{ some | join(', ') }})
                    as nodes (node_name, node_type, status, node_seconds, row_count, byte_count)
            {%- endcall -%}
        {%- endfor -%}
        {%- if var('release_retention_days') -%}
            {%- do vitrine.delete_rows(costs, "started_at < " ~ days_after(
                "cast(current_timestamp as " ~ timestamp ~ ")", -var('release_retention_days'))) -%}
        {%- endif -%}
        {#- What is written after this reads over a connection of its own. -#}
        {%- do vitrine.commit() -%}
    {%- endif -%}
{%- endmacro %}
