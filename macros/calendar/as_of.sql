{# The instant everything is computed as of: the var, else the connector's pinned one, else the clock. #}
{% macro as_of() -%}
    {%- set pinned = vitrine.connector_settings().get('as_of') or '' -%}
    {%- set instant = (var('as_of', '') or pinned) | string -%}
    {%- if instant == '' -%}
        {%- set instant = run_started_at.strftime('%Y-%m-%d %H:%M:%S') -%}
    {%- elif not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$', instant) -%}
        {{ exceptions.raise_compiler_error(
            "The var as_of is '" ~ instant ~ "': write it as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS (UTC).") }}
    {%- endif -%}
    cast('{{ instant | replace("T", " ") }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}
