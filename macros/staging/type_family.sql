{# Types that can stand in for each other when reading: whole and broken numbers, texts, instants, flags. #}
{% macro type_family(data_type) -%}
    {%- set name = data_type | lower -%}
    {%- if modules.re.match('.*(int|decimal|numeric|double|float|real|long|short|byte)', name) -%}{{ return('number') }}
    {%- elif modules.re.match('(timestamp|date|datetime)', name) -%}{{ return('instant') }}
    {%- elif modules.re.match('bool', name) -%}{{ return('flag') }}
    {%- endif -%}
    {{ return('text') }}
{%- endmacro %}
