{#- A template with its placeholders replaced by the columns of those names; NULL where one that it has is not known.
    Over a relation with the column template. -#}
{% macro filled_template(names) -%}
    {{- 'replace(' * (names | length) }}template
    {%- for name in names -%}
        {%- set place = "'{" ~ name ~ "}'" -%}
        , {{ place }}, case when {{ dbt.position(place, 'template') }} > 0 then {{ name }} else '' end)
    {%- endfor -%}
{%- endmacro %}
