{# Let no file hold what was deleted, nor the readers' file customers of these hashes; `erased` is their table. #}
{% macro write_files_anew(erased, hashes) -%}
    {{ return(adapter.dispatch('write_files_anew', 'vitrine')(erased, hashes)) }}
{%- endmacro %}

{# DuckDB: the plug-in copies the files and puts the copies in their place. #}
{% macro duckdb__write_files_anew(erased, hashes) -%}
    {%- do adapter.store_relation(
        'vitrine', api.Relation.create(identifier='purge'), [], 'vitrine.duckdb', 'purge',
        {
            'columns': {'customer_id': 'true', 'placement_key': "placement = 'customer'"}, 'hashes': hashes,
            'database': target.database, 'erased': '"' ~ erased.schema ~ '"."' ~ erased.identifier ~ '"',
            'started_at': run_started_at.timestamp()
        }
    ) -%}
{%- endmacro %}

{# On Spark the table format keeps old files until its own clean-up. #}
{% macro spark__write_files_anew(erased, hashes) -%}
    {%- do exceptions.warn(
        'Rows of erased customers are deleted; the files that hold older versions go when the tables are vacuumed.'
    ) -%}
{%- endmacro %}
