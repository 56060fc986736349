{#- The relation of a source table, after a look at whether it is there with the columns and types that
    __sources.yml declares. A missing file, a missing column or another type stops the build by name. -#}
{% macro checked_source(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- if vitrine.is_building() -%}
        {%- set what = "Source table " ~ source_name ~ "." ~ table_name -%}
        {%- set made_by = vitrine.connector_settings().get('made_by') -%}
        {%- if not vitrine.source_exists(relation) -%}
            {{ exceptions.raise_compiler_error(
                what ~ " was not found at " ~ relation ~ ". "
                ~ ("Run `" ~ made_by ~ "`, which writes it" if made_by else "Install the package or put the file there")
                ~ "; the var source_dir names another folder.") }}
        {%- endif -%}
        {%- set found = {} -%}
        {%- for column in adapter.get_column_schema_from_query('select * from ' ~ relation ~ ' limit 0') -%}
            {%- do found.update({column.name | lower: column.data_type}) -%}
        {%- endfor -%}
        {%- set key = '.' ~ source_name ~ '.' ~ table_name -%}
        {%- set declared = graph.sources.get('source.' ~ project_name ~ key, graph.sources.get('source.vitrine' ~ key))
            .columns -%}
        {%- set problems = [] -%}
        {%- for column in declared.values() -%}
            {%- if column.name | lower not in found -%}
                {%- do problems.append('column ' ~ column.name ~ ' is missing') -%}
            {%- elif vitrine.type_family(column.data_type) != vitrine.type_family(found[column.name | lower]) -%}
                {%- do problems.append(
                    'column ' ~ column.name ~ ' is a ' ~ vitrine.type_family(found[column.name | lower])
                    ~ ' (' ~ found[column.name | lower] ~ '), expected a ' ~ vitrine.type_family(column.data_type)
                    ~ ' (' ~ column.data_type ~ ')') -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                what ~ " does not fit its declaration in models/connectors/" ~ source_name ~ "/__sources.yml: "
                ~ problems | join('; ') ~ ". Columns found: " ~ found.keys() | join(', ') ~ ".") }}
        {%- endif -%}
    {%- endif -%}
    {{ relation }}
{%- endmacro %}
