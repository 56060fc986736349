{# A seed's rows with blanks cut off, empty values as NULL, the row's place in the file and whom it is for. #}
{% macro seed_rows(seed, columns) -%}
select
    {%- for name in columns %}
    nullif(trim({{ name }}), '') as {{ name }},
    {%- endfor %}
    {{ seed_row_number() }} as seed_row_number,
    coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}' as is_for_this_connector
from {{ seed }}
{%- endmacro %}
