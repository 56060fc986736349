{#- What a contract demands of values is enforced by Delta alone, and dbt-spark takes a table for one that says nothing of
    its format. Where it is another, the models' tests hold the values. -#}
{% macro vitrinespark__persist_constraints(relation, model) -%}
    {%- if config.get('file_format') == 'delta' -%}
        {{ spark__persist_constraints(relation, model) }}
    {%- endif -%}
{%- endmacro %}
