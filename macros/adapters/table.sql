{#- A table that is made anew takes the place of the old one in one statement of one transaction (`create_table_as`).
    dbt-duckdb writes it under another name, renames twice and drops, which takes longer than most statements here. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set existing, target = load_cached_relation(this), this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_table and model['language'] == 'sql' -%}
        {%- call statement('drop_view') -%} drop view {{ existing }} {%- endcall -%}
    {%- elif existing is not none and not existing.is_table -%}
        {#- What a Python model returns is written over another cursor, which would not see an open drop. -#}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main', language=model['language']) -%}
        {{- create_table_as(False, target, compiled_code, model['language']) }}
    {%- endcall -%}
    {%- do create_indexes(target) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=True)) -%}
    {%- do persist_docs(target, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
