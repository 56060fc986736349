{#- DuckDB: of a table that is kept by cutoff only the rows of open cutoffs are computed, the others are taken over; one
    that is kept whole, since it has nothing of tonight, only where nothing else is open. A filter on the instant goes
    down to where rows are read, so that nothing is computed of the rest. -#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
    {%- set cutoffs = none if temporary else vitrine.kept_cutoffs() -%}
    {%- set kept, open, made_from = [], [], [] -%}
    {%- for cutoff_at, fingerprint, is_kept in cutoffs or [] -%}
        {%- do (kept if is_kept and not should_full_refresh() else open).append("timestamp '" ~ cutoff_at ~ "'") -%}
        {%- do made_from.append(cutoff_at ~ '=' ~ fingerprint) -%}
    {%- endfor -%}
    {%- set is_whole = cutoffs and (config.get('meta') or {}).kept_by_cutoff == 'whole' -%}
    {%- if is_whole and open | length > 1 -%}
        {%- set kept = [] -%}
    {%- endif -%}
    {%- set taken_over = "select * from " ~ this ~ " where cutoff_at in (" ~ kept | join(", ") ~ ")" -%}
    {%- if kept and is_whole and language == 'sql' -%}
        {%- set compiled_code = "select * from " ~ this -%}
    {%- elif kept and is_whole -%}
        {#- In the place of the model that was compiled. -#}
        {%- set compiled_code = compiled_code
            ~ "\n\ndef model(dbt, session):\n    return session.table(str(dbt.this))\n" -%}
    {%- elif kept and language == 'sql' -%}
        {%- set compiled_code = "select * from (" ~ compiled_code ~ "\n) as computed where cutoff_at in ("
            ~ open | join(", ") ~ ")\nunion all by name\n" ~ taken_over -%}
    {%- elif kept -%}
        {%- set compiled_code = compiled_code ~ "\n\ndbtObj.open_cutoffs = [\"" ~ open | join('", "') ~ "\"]\n" -%}
    {%- endif -%}
    {{ dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by) }}
    {%- set comment = "comment on table " ~ relation ~ " is '" ~ made_from | join('; ') ~ "'" -%}
    {%- if cutoffs and language == 'sql' %};
    {{ comment }}
    {%- elif cutoffs %}
    {%- if kept and not is_whole %}
    con.execute("insert into {{ relation | replace('"', '\\"') }} by name {{ taken_over | replace('"', '\\"') }}")
    {%- endif %}
    con.execute("{{ comment | replace('"', '\\"') }}")
    {%- endif %}
{%- endmacro %}
