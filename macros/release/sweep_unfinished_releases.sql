{# Delete what killed builds left in the table it is a hook of: rows of releases that never got their row. #}
{% macro sweep_unfinished_releases() -%}
    {%- set releases = vitrine.existing_relation('releases', 'recommendation_releases') -%}
    {%- if is_incremental() -%}
    delete from {{ this }}
    {%- if releases %}
    where release_id not in (select release_id from {{ releases }})
    {%- endif -%}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
