{#- DuckDB: a table takes the place of the old one in one statement. One that was made from the same stays as it is; of
    one that is kept by cutoff (table_plan) only the rows of open cutoffs are computed, the others are taken over. A
    filter on the instant goes down to where rows are read, so that nothing is computed of the rest. -#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- if temporary or partitioned_by or sorted_by -%}
        {{ return(dbt.duckdb__create_table_as(
            temporary, relation, compiled_code, language, partitioned_by, sorted_by)) }}
    {%- endif -%}
    {%- set plan = vitrine.table_plan(relation) -%}
    {%- set comment -%}
        comment on table {{ relation }} is '{{ plan.made_from | join('; ') }}'
    {%- endset -%}
    {%- set taken_over -%}
        select * from {{ relation }} where cutoff_at in ({{ plan.kept | join(', ') }})
    {%- endset -%}
    {%- if language == 'python' -%}
        {{ vitrine._python_table(relation, compiled_code, plan, taken_over, comment) }}
    {%- elif plan.stands -%}
        {{ comment }}
    {%- elif (config.get('contract') or {}).enforced -%}
        {{ get_assert_columns_equivalent(compiled_code) }}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
        insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
    {%- else -%}
        {{ config.get('sql_header') or '' }}
        create or replace table {{ relation }} as
        {%- if plan.kept %}
        select * from ({{ compiled_code }}
        ) as computed where cutoff_at in ({{ plan.open | join(', ') }})
        union all by name
        {{ taken_over }};
        {%- else %} (
        {{ compiled_code }}
        );
        {%- endif %}
        {{ comment if plan.made_from }}
    {%- endif -%}
{%- endmacro %}

{#- The program that writes a Python model's table: the model, and what dbt-duckdb calls with what it returns. -#}
{% macro _python_table(relation, compiled_code, plan, taken_over, comment) -%}
{%- if plan.stands -%}
# The table stands as it is, and the model is not even loaded.
def dbtObj(load_df_function):
    return None

def model(dbt, session):
    return session.sql("select 1")

def materialize(df, con):
    con.execute({{ tojson(comment) }})
{%- else -%}
{{ compiled_code }}

{%- if plan.kept %}

dbtObj.open_cutoffs = {{ tojson(plan.open) }}
{%- endif %}

def materialize(df, con):
    con.register("rows_of_the_model", df)
    con.execute({{ tojson('create or replace table ' ~ relation ~ ' as select * from rows_of_the_model'
        ~ (' where cutoff_at in (' ~ plan.open | join(', ') ~ ') union all by name ' ~ taken_over if plan.kept else '')
    ) }})
    con.unregister("rows_of_the_model")
    {%- if plan.made_from %}
    con.execute({{ tojson(comment) }})
    {%- endif %}
{%- endif %}
{%- endmacro %}
