{#- A fingerprint of the vars that shape a release, without those that name its day and its files, which are data, and
    without the audits', which decide only whether it is published. -#}
{% macro var_fingerprint() -%}
    {%- set values = fromjson(vitrine.release_parameters() | replace("''", "'")) -%}
    {%- set given = {} -%}
    {%- for name, value in (values.get('given') or {}).items() if name not in ('as_of', 'source_dir')
        and not name.startswith('audit_') -%}
        {%- do given.update({name: value}) -%}
    {%- endfor -%}
    {%- do values.update({'given': given}) -%}
    {{ return(local_md5(tojson(values, sort_keys=true))) }}
{%- endmacro %}
