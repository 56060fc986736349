{#- At the end of a run: delete the rows of releases that were published longer ago than release_retention_days, and
    record it as a decision about each. Kept are the release that is live, the one before it, the two newest, and
    those that an experiment of the seed counts; of audiences each customer's first, by which the holdout is read. -#}
{% macro retire_releases() -%}
    {%- if execute and flags.WHICH in ('build', 'run', 'retry') and var('release_retention_days') -%}
        {%- set releases = vitrine.existing_relation('releases', 'recommendation_releases') -%}
        {%- set pins = vitrine.existing_relation('releases', 'release_pins') -%}
        {%- set experiments = vitrine.existing_relation('intermediate', 'int_integrity__experiments') -%}
        {%- set retired = run_query(vitrine.releases_to_retire(releases, pins, experiments)).rows
            if releases and pins and experiments else [] -%}
        {%- for row in retired -%}
            {%- set chosen = "channel = '" ~ row[0] | replace("'", "''") ~ "' and release_id = '" ~ row[1] ~ "'" -%}
            {%- set now = "cast(current_timestamp as " ~ dbt.type_timestamp() ~ ")" -%}
            {%- do vitrine.record_decision(
                pins, 'retire', row[0], row[1], 'release_retention_days',
                'published more than ' ~ var('release_retention_days') ~ ' days ago', now, now) -%}
            {%- for name in ['release_slates', 'release_shared_slates', 'release_exits'] -%}
                {%- do vitrine.delete_rows(vitrine.existing_relation('releases', name), chosen) -%}
            {%- endfor -%}
            {%- set audiences = vitrine.existing_relation('releases', 'release_audiences') -%}
            {%- do vitrine.delete_rows(
                audiences, chosen ~ " and exists (select 1 from " ~ audiences
                ~ " as earlier inner join " ~ releases ~ " as of_earlier on earlier.release_id = of_earlier.release_id "
                ~ "and earlier.channel = of_earlier.channel where of_earlier.connector = '" ~ row[3] ~ "' and "
                ~ "earlier.customer_id = " ~ audiences.identifier ~ ".customer_id and earlier.as_of_at < "
                ~ audiences.identifier ~ ".as_of_at)") -%}
            {%- do log(
                'Channel ' ~ row[0] ~ ': release ' ~ row[1] ~ ' is retired, ' ~ row[2] ~ ' slots.', info=true) -%}
        {%- endfor -%}
        {%- if retired -%}
            {#- A fit belongs to the release in all of its channels. -#}
            {%- set fits = vitrine.existing_relation('releases', 'release_fits') -%}
            {%- do vitrine.delete_rows(
                fits, "release_id not in (select release_id from "
                ~ vitrine.existing_relation('releases', 'release_slates') ~ ")") -%}
            {%- do vitrine.commit() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
