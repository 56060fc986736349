{# Print what was published, newest first, which release is live, and which products are killed. #}
{% macro releases() -%}
    {%- set releases = vitrine.existing_relation('releases', 'recommendation_releases') -%}
    {%- set live = vitrine.existing_relation('releases', 'live_releases') -%}
    {%- set pins = vitrine.existing_relation('releases', 'release_pins') -%}
    {%- if not (releases and live and pins) -%}
        {{ exceptions.raise_compiler_error("Nothing has been published yet: run dbt build first.") }}
    {%- endif -%}
    {%- for row in run_query(
        "select releases.channel, releases.release_id, releases.published_at, releases.customer_count, "
        ~ "releases.slot_count, live.release_id is not null as is_live, last_decisions.decision, last_decisions.owner, "
        ~ "last_decisions.reason, last_decisions.hold_until_at from " ~ releases ~ " as releases left join " ~ live
        ~ " as live on releases.channel = live.channel and releases.release_id = live.release_id left join ("
        ~ vitrine.last_decisions(pins) ~ ") as last_decisions on releases.channel = last_decisions.channel and "
        ~ "releases.release_id = last_decisions.release_id order by releases.channel, releases.published_at desc"
    ).rows -%}
        {%- do log(
            row[0] ~ '  ' ~ row[1] ~ '  published ' ~ row[2] ~ ' UTC  ' ~ row[3] ~ ' customers, ' ~ row[4] ~ ' slots'
            ~ ('  LIVE' if row[5] else '')
            ~ ('  (' ~ row[6] ~ ' by ' ~ row[7] ~ ': ' ~ row[8]
                ~ (', until ' ~ row[9] if row[6] in ('hold', 'rollback') else '') ~ ')' if row[8] else ''),
            info=true) -%}
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
