{#- Stop the model that calls this when `query` returns a row: first column = what is wrong.
    dbt runs a model's Jinja right before its SQL, so this holds under build, run, select and retry. -#}
{% macro raise_when_any(query, message) -%}
    {%- if vitrine.is_building() -%}
        {%- set rows = run_query(
            'select cast(problem as ' ~ dbt.type_string() ~ ') as problem from (' ~ query ~ ') as problems (problem)'
        ).rows -%}
        {%- if rows | length > 0 -%}
            {%- set details = [] -%}
            {%- for row in rows -%}{%- do details.append('  - ' ~ row[0]) -%}{%- endfor -%}
            {{ exceptions.raise_compiler_error(message ~ '\n' ~ (details[:20] | join('\n'))) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
