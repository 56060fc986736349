{#- DuckDB: a table takes the place of the old one in one statement. Of a table that is kept by cutoff only the rows of
    open cutoffs are computed, the others are taken over; one that is kept whole, since it has nothing of tonight, only
    where nothing else is open. A filter on the instant goes down to where rows are read, so that nothing is computed of
    the rest. -#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- if temporary or partitioned_by or sorted_by -%}
        {{ return(dbt.duckdb__create_table_as(
            temporary, relation, compiled_code, language, partitioned_by, sorted_by)) }}
    {%- endif -%}
    {%- set kept, open, made_from = [], [], [] -%}
    {%- for cutoff_at, fingerprint, is_kept in vitrine.kept_cutoffs() or [] -%}
        {%- do (kept if is_kept and not should_full_refresh() else open).append("timestamp '" ~ cutoff_at ~ "'") -%}
        {%- do made_from.append(cutoff_at ~ '=' ~ fingerprint) -%}
    {%- endfor -%}
    {%- set is_whole = (config.get('meta') or {}).get('kept_by_cutoff') == 'whole' -%}
    {%- if is_whole and open | length > 1 -%}
        {%- set kept = [] -%}
    {%- endif -%}
    {%- set taken_over = 'select * from ' ~ this
        ~ (' where cutoff_at in (' ~ kept | join(', ') ~ ')' if not is_whole else '') -%}
    {%- set comment -%}
        comment on table {{ relation }} is '{{ made_from | join('; ') }}'
    {%- endset -%}
    {%- if language == 'python' -%}
        {{ vitrine._python_table(relation, compiled_code, is_whole, open, taken_over if kept, comment if made_from) }}
    {%- elif (config.get('contract') or {}).enforced -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
        insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
    {%- else -%}
        create or replace table {{ relation }} as
        {%- if kept and is_whole %}
        {{ taken_over }};
        {%- elif kept %}
        select * from ({{ compiled_code }}
        ) as computed where cutoff_at in ({{ open | join(', ') }})
        union all by name
        {{ taken_over }};
        {%- else %} (
        {{ compiled_code }}
        );
        {%- endif %}
        {{ comment if made_from }}
    {%- endif -%}
{%- endmacro %}

{#- The program that writes a Python model's table: the model, and what dbt-duckdb calls with what it returns. -#}
{% macro _python_table(relation, compiled_code, is_whole, open, taken_over, comment) -%}
{{ compiled_code }}

{%- if taken_over and is_whole %}

# In the place of the model above.
def model(dbt, session):
    return session.sql({{ tojson(taken_over) }})
{%- elif taken_over %}

dbtObj.open_cutoffs = {{ tojson(open) }}
{%- endif %}

def materialize(df, con):
    con.register("rows_of_the_model", df)
    con.execute({{ tojson('create or replace table ' ~ relation ~ ' as select * from rows_of_the_model'
        ~ (' union all by name ' ~ taken_over if taken_over and not is_whole else '')) }})
    {%- if comment %}
    con.execute({{ tojson(comment) }})
    {%- endif %}
    con.unregister("rows_of_the_model")
{%- endmacro %}
