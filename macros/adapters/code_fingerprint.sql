{# A hash of the code that runs, without seeds and vars, as a SQL expression. #}
{% macro code_fingerprint() -%}
    {{ return(adapter.dispatch('code_fingerprint', 'vitrine')()) }}
{%- endmacro %}

{# DuckDB: the plug-in hashes the project's files and the package. #}
{% macro duckdb__code_fingerprint() -%}
    getvariable('vitrine_code_fingerprint')
{%- endmacro %}

{# Spark has no plug-in: the checksums of the project's own models and macros stand in. #}
{% macro spark__code_fingerprint() -%}
    {%- set checksums = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- do checksums.append(node.unique_id ~ (node.get('checksum') or {}).get('checksum', '')) -%}
        {%- endfor -%}
    {%- endif -%}
    '{{ local_md5(checksums | sort | join(",")) }}'
{%- endmacro %}
