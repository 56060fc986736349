{# Stop with the closest ids where a relation has no row of an id, or where none is given. #}
{% macro raise_when_unknown(relation, id_column, name_column, id) -%}
    {%- if id is none or not (id | string | trim) -%}
        {{ exceptions.raise_compiler_error(
            id_column ~ " is missing. Say whom and what: --args '{customer_id: \"c1\", product_id: \"p1\"}'") }}
    {%- endif -%}
    {%- set quoted = "'" ~ id | string | replace("'", "''") ~ "'" -%}
    {%- if not run_query("select 1 from " ~ relation ~ " where " ~ id_column ~ " = " ~ quoted ~ " limit 1").rows -%}
        {%- set close = run_query(
            "select distinct " ~ id_column ~ ", " ~ name_column ~ ", case when lower(" ~ name_column
            ~ ") like '%' || lower(" ~ quoted ~ ") || '%' then 0 else 1 end as place, levenshtein(" ~ id_column ~ ", "
            ~ quoted ~ ") as distance from " ~ relation ~ " order by place, distance, " ~ id_column ~ " limit 5"
        ).rows -%}
        {%- set names = [] -%}
        {%- for row in close -%}
            {%- do names.append(row[0] ~ (" (" ~ row[1] ~ ")" if row[1] != row[0] else "")) -%}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error(
            "No " ~ id_column | replace('_id', '') ~ " has the id '" ~ id ~ "'. Close to it: " ~ names | join(', ')
            ~ "."
            ~ ("" if id is string else " It was read as a number: in quotes it stays as it is written.")) }}
    {%- endif -%}
{%- endmacro %}
