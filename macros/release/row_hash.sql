{# The md5 of a row's columns, NULL told apart from empty. #}
{% macro row_hash(texts, amounts) -%}
    md5(
        {%- for name in texts %}
        coalesce(cast({{ name }} as {{ dbt.type_string() }}), '~') || '|'{{ ' ||' if not loop.last or amounts }}
        {%- endfor %}
        {%- for name in amounts %}
        coalesce(cast(cast({{ name }} as decimal(18, 4)) as {{ dbt.type_string() }}), '~') || '|'
        {{- ' ||' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
