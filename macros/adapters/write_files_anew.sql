{# Let no file hold what was deleted, nor the readers' file customers of these hashes. #}
{% macro write_files_anew(hashes) -%}
    {{ return(adapter.dispatch('write_files_anew', 'vitrine')(hashes)) }}
{%- endmacro %}

{# DuckDB: the plug-in copies the files and puts the copies in their place. #}
{% macro duckdb__write_files_anew(hashes) -%}
    {%- do adapter.store_relation(
        'vitrine', api.Relation.create(identifier='purge'), [], 'vitrine.duckdb', 'purge',
        {
            'columns': ['customer_id', 'placement_key'], 'hash_of': vitrine.customer_hash('{}'), 'hashes': hashes,
            'database': target.database, 'started_at': run_started_at.timestamp()
        }
    ) -%}
{%- endmacro %}

{# On Spark the table format keeps old files until its own clean-up. #}
{% macro spark__write_files_anew(hashes) -%}
    {%- do exceptions.warn(
        'Rows of erased customers are deleted; the files that hold older versions go when the tables are vacuumed.'
    ) -%}
{%- endmacro %}
