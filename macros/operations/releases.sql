{# Print what was published, newest first, which release is live, and which products are killed. #}
{% macro releases() -%}
    {%- set releases = vitrine.existing_relation('releases', 'recommendation_releases') -%}
    {%- set live = vitrine.existing_relation('releases', 'live_releases') -%}
    {%- if not (releases and live) -%}
        {{ exceptions.raise_compiler_error("Nothing has been published yet: run dbt build first.") }}
    {%- endif -%}
    {%- for row in run_query(
        "select releases.channel, releases.release_id, releases.published_at, releases.customer_count, "
        ~ "releases.slot_count, live.release_id is not null as is_live, live.pin_reason from " ~ releases
        ~ " as releases left join " ~ live
        ~ " as live on releases.channel = live.channel and releases.release_id = live.release_id "
        ~ "order by releases.channel, releases.published_at desc"
    ).rows -%}
        {%- do log(
            row[0] ~ '  ' ~ row[1] ~ '  published ' ~ row[2] ~ ' UTC  ' ~ row[3] ~ ' customers, ' ~ row[4] ~ ' slots'
            ~ ('  LIVE' if row[5] else '') ~ ('  (pinned: ' ~ row[6] ~ ')' if row[6] else ''), info=true) -%}
    {%- endfor -%}
    {%- set killed = vitrine.existing_relation('releases', 'killed_products') -%}
    {%- if killed -%}
        {%- for row in run_query(
            "select product_id, killed_at, owner, reason from " ~ killed ~ " order by killed_at, product_id"
        ).rows -%}
            {%- do log('KILLED  product ' ~ row[0] ~ '  since ' ~ row[1] ~ ' UTC  by ' ~ row[2] ~ ': ' ~ row[3],
                info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
