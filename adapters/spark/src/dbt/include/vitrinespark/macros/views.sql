{#- A view that is there is altered, which the catalog does in one step: Spark's create-or-replace drops it first, and who
    reads in between finds nothing. Views with comments on columns are dbt-spark's. -#}
{% macro vitrinespark__create_view_as(relation, sql) -%}
    {%- set known = load_relation(relation) -%}
    {%- if not known or not known.is_view or config.persist_column_docs() -%}
        {{ spark__create_view_as(relation, sql) }}
    {%- else -%}
        {%- if config.get('contract').enforced and model.config.materialized == 'view' -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif -%}
        alter view {{ relation }} as
            {{ sql }}
    {%- endif -%}
{%- endmacro %}
