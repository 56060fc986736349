{#- Write the live recommendations of each channel as CSV and parquet. Consent, erasure and stock are looked up
    again, in the sources, at this moment: who opted out, what sold out and what was killed since the build is left
    out and counted. Slots keep their numbers. -#}
{% macro export_audience(folder='export') -%}
    {%- set live = vitrine.existing_relation('recommendations', 'recommendations_email_v1') -%}
    {%- if live is none -%}
        {{ exceptions.raise_compiler_error("Nothing has been published yet: run dbt build first.") }}
    {%- endif -%}
    {%- set found = run_query("select distinct release_id from " ~ live).columns[0].values() -%}
    {%- if not found -%}
        {{ exceptions.raise_compiler_error("No release of channel 'email' is live: nothing to export.") }}
    {%- endif -%}
    {%- do adapter.store_relation('vitrine', live, [], folder, 'folder', {}) -%}
    {%- set rechecked = vitrine.rechecked_recommendations(live) -%}
    {%- do run_query("create or replace temporary table export_checked as " ~ rechecked) -%}
    {%- set path = folder ~ '/email_' ~ found[0] -%}
    {%- for format in ['csv', 'parquet'] -%}
        {%- do run_query(
            "copy (select * exclude (dropped_reason) from export_checked where dropped_reason is null "
            ~ "order by customer_id, slot) to '" ~ path ~ "." ~ format ~ "' (format " ~ format ~ ")") -%}
    {%- endfor -%}
    {%- for row in run_query(
        "select coalesce(dropped_reason, 'exported'), count(*), count(distinct customer_id) "
        ~ "from export_checked group by 1 order by 1"
    ).rows -%}
        {%- do log(row[0] ~ ': ' ~ row[1] ~ ' slots of ' ~ row[2] ~ ' customers', info=true) -%}
    {%- endfor -%}
    {%- do log('Written to ' ~ path ~ '.csv and .parquet', info=true) -%}
{%- endmacro %}
