{# The version of the code that runs, as a SQL expression. #}
{% macro code_version() -%}
    {{ return(adapter.dispatch('code_version', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB: the plug-in hashes the project's files and the package. #}
{% macro duckdb__code_version() -%}
    getvariable('vitrine_code_version')
{%- endmacro %}

{# Spark has no plug-in: the checksums of the project's own nodes stand in. #}
{% macro spark__code_version() -%}
    {%- set checksums = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() -%}
            {%- do checksums.append(node.unique_id ~ (node.get('checksum') or {}).get('checksum', '')) -%}
        {%- endfor -%}
    {%- endif -%}
    '{{ local_md5(checksums | sort | join(",")) }}'
{%- endmacro %}
