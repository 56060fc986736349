{#- At the end of a run that found erased customers, and of the next where one died before this: write the readers' file
    and that of the build anew, since a deleted row stays in the free space of a file. -#}
{% macro purge_files() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') -%}
        {%- set erased = vitrine.existing_relation('staging', 'stg_erased_customers') -%}
        {%- if erased -%}
            {%- set pending = run_query("select count(*) from " ~ erased ~ " where purged_at is null").rows[0][0] -%}
            {%- if pending -%}
                {%- set hashes = run_query("select customer_hash from " ~ erased).columns[0].values() | list -%}
                {#- A file is copied over a connection of its own, which sees what is committed. -#}
                {%- do vitrine.commit() -%}
                {%- do vitrine.write_files_anew(erased, hashes) -%}
                {%- do log('The files hold ' ~ pending ~ ' erased customers no more.', info=true) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
