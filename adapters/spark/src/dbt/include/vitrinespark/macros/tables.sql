{#- Tables, as dbt-spark makes them: dropped and made anew, or replaced where the format can. But what others read is never
    missing: a public model of plain files is a view over a table of this run, which the view turns to once it is whole.
    The table of the run before stays for who still reads it; older ones go. (dbt lets a materialization alone submit
    Python, so this cannot call dbt-spark's.) -#}
{% materialization table, adapter='vitrinespark', supported_languages=['sql', 'python'] -%}
    {%- set old_relation = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
    {%- set replaces = config.get('file_format') in ['delta', 'iceberg'] -%}
    {%- set is_view = model.access == 'public' and not replaces -%}
    {%- set stem = model['alias'] ~ '__v' -%}
    {%- set table = api.Relation.create(
        schema=schema, type='table',
        identifier=stem ~ run_started_at.strftime('%Y%m%d%H%M%S%f') if is_view else model['alias']) -%}
    {%- set target_relation = api.Relation.create(
        schema=schema, identifier=model['alias'], type='view' if is_view else 'table') -%}

    {{ run_hooks(pre_hooks) }}
    {%- if is_view -%}
        {%- do run_query('drop table if exists ' ~ table) -%}
    {%- elif old_relation and (old_relation.is_view or not replaces) -%}
        {%- do adapter.drop_relation(old_relation) -%}
    {%- endif -%}
    {%- call statement('main', language=model['language']) -%}
        {{ create_table_as(False, table, compiled_code, model['language']) }}
    {%- endcall -%}
    {%- if is_view -%}
        {%- if old_relation and old_relation.is_table -%}{%- do adapter.drop_relation(old_relation) -%}{%- endif -%}
        {%- do run_query(vitrinespark__create_view_as(target_relation, 'select * from ' ~ table)) -%}
        {%- do vitrinespark_drop_versions(stem, table.identifier) -%}
    {%- endif -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke(old_relation, full_refresh_mode=True)) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- do persist_constraints(target_relation, model) -%}
    {{ run_hooks(post_hooks) }}

    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{# Drop all versions of a public table but the newest two. #}
{% macro vitrinespark_drop_versions(stem, newest) -%}
    {%- set found = run_query("show tables in " ~ schema ~ " like '" ~ stem ~ "*'").columns['tableName'].values() -%}
    {%- set older = found | reject('equalto', newest) | sort | list -%}
    {%- for name in older[:-1] -%}
        {%- do run_query('drop table if exists ' ~ schema ~ '.' ~ name) -%}
    {%- endfor -%}
{%- endmacro %}
