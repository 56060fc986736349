{#- What a table that is kept by cutoff (meta.kept_by_cutoff) has of this night already: rows with cutoff, fingerprint
    and whether the table's rows as of it were made from the same. None for other tables. -#}
{% macro kept_cutoffs() -%}
    {{ return(adapter.dispatch('kept_cutoffs', 'vitrine')()) }}
{%- endmacro %}

{#- DuckDB: the comment of a table says what it was made from. None also where this run does not look at code and data
    anew by building int_calendar__cutoffs: a model that is run by itself is computed whole. -#}
{% macro duckdb__kept_cutoffs() -%}
    {%- set is_kept = execute and (config.get('meta') or {}).get('kept_by_cutoff') -%}
    {%- if not is_kept or 'model.vitrine.int_calendar__cutoffs' not in selected_resources -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set calendar = api.Relation.create(
        database=this.database, schema=this.schema, identifier='int_calendar__cutoffs') -%}
    {%- set rows = run_query(
        "select cutoffs.cutoff_at, cutoffs.cutoff_fingerprint, coalesce(cutoffs.cutoff_role != 'serve' and contains("
        ~ "tables.comment, cutoffs.cutoff_at || '=' || cutoffs.cutoff_fingerprint), false) as is_kept from " ~ calendar
        ~ " as cutoffs left join duckdb_tables() as tables on tables.schema_name = '" ~ this.schema
        ~ "' and tables.table_name = '" ~ this.identifier ~ "' and tables.database_name = current_database()"
        ~ " order by cutoffs.cutoff_number"
    ).rows -%}
    {{ return(rows | map('list') | list) }}
{%- endmacro %}

{#- Spark computes every cutoff each night. -#}
{% macro spark__kept_cutoffs() -%}
    {{ return(none) }}
{%- endmacro %}
