{#- SQL tables are dbt-spark's; a Python model's code is executed by SessionJobHelper, which knows `as_frame`. -#}
{% macro vitrinespark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if language != 'python' -%}
        {{ spark__create_table_as(temporary, relation, compiled_code, language) }}
    {%- else %}
{{ compiled_code }}

as_frame(spark, model(dbtObj(spark.table), spark)).write.mode("overwrite").format(
    "{{ config.get('file_format', 'parquet') }}"
).option("overwriteSchema", "true").saveAsTable("{{ relation }}")
    {%- endif -%}
{%- endmacro %}
