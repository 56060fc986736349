{# Delete what killed builds left in the table it is a hook of: rows of releases that never got their row. #}
{% macro sweep_unfinished_releases() -%}
    {%- set releases = vitrine.existing_relation('releases', 'recommendation_releases') -%}
    {%- set unfinished = 'release_id not in (select release_id from ' ~ releases ~ ')' if releases else 'true' -%}
    {%- if is_incremental() -%}
    {{ vitrine.delete_statement(this, unfinished) }}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
