{#- What a table that says meta.kept_by_cutoff has already: a row for each cutoff with its instant, its fingerprint,
    whether the table was made from the same, and whether it is tonight's. None for other tables. -#}
{% macro kept_cutoffs() -%}
    {{ return(adapter.dispatch('kept_cutoffs', 'vitrine')()) }}
{%- endmacro %}

{#- DuckDB: the comment of a table says what it was made from. None also where this run leaves out anything that the
    table is made from, seeds included: what was made from tables of two runs has no fingerprint. -#}
{% macro duckdb__kept_cutoffs() -%}
    {%- if not execute or not (config.get('meta') or {}).get('kept_by_cutoff')
        or (config.get('contract') or {}).enforced -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set made_from = {} -%}
    {%- do vitrine._note_ancestors(model.unique_id, made_from) -%}
    {%- if false in made_from.values() or 'model.vitrine.int_calendar__cutoffs' not in made_from -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set calendar = api.Relation.create(
        database=this.database, schema=this.schema, identifier='int_calendar__cutoffs') -%}
    {%- set rows = run_query(
        "select cutoffs.cutoff_at, cutoffs.cutoff_fingerprint, coalesce(contains(tables.comment, cutoffs.cutoff_at "
        ~ "|| '=' || cutoffs.cutoff_fingerprint), false) as is_kept, cutoffs.cutoff_role = 'serve' as is_tonight from "
        ~ calendar ~ " as cutoffs left join duckdb_tables() as tables on tables.schema_name = '" ~ this.schema
        ~ "' and tables.table_name = '" ~ this.identifier ~ "' and tables.database_name = current_database()"
        ~ " order by cutoffs.cutoff_number"
    ).rows -%}
    {{ return(rows | map('list') | list) }}
{%- endmacro %}

{#- Note of every model and seed that a node is made from whether this run makes it. -#}
{% macro _note_ancestors(unique_id, noted) -%}
    {%- for parent in graph.nodes[unique_id].depends_on.nodes if parent in graph.nodes and parent not in noted -%}
        {%- do noted.update({parent: parent in selected_resources}) -%}
        {%- do vitrine._note_ancestors(parent, noted) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Spark computes every cutoff each night. -#}
{% macro spark__kept_cutoffs() -%}
    {{ return(none) }}
{%- endmacro %}
