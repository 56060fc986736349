-- One row per run of dbt: what it ran and how long it took, what it published, and the seconds per thousand slates.
{{ config(materialized='view') }}

with runs as (
    select
        run_id,
        max(started_at) as started_at,
        max(ended_at) as ended_at,
        max(run_seconds) as run_seconds,
        max(command) as command,
        max(connector) as connector,
        max(as_of_at) as as_of_at,
        sum(case when node_type in ('model', 'seed') and status != 'skipped' then 1 else 0 end) as model_count,
        sum(case when node_type not in ('model', 'seed') and status != 'skipped' then 1 else 0 end) as test_count,
        sum(case when status in ('error', 'fail', 'runtime error', 'skipped') then 1 else 0 end) as failed_count,
        sum(node_seconds) as node_seconds,
        sum(row_count) as row_count,
        sum(byte_count) as byte_count
    from {{ ref('release_costs') }}
    group by run_id
),

releases as (
    select * from {{ ref('recommendation_releases') }}
),

published as (
    select
        runs.run_id,
        min(releases.release_id) as release_id,
        sum(releases.customer_count) as slate_count
    from runs
    inner join releases
        on
            runs.connector = releases.connector
            and releases.published_at >= runs.started_at
            and releases.published_at <= runs.ended_at
    group by runs.run_id
)

select
    runs.run_id,
    runs.started_at,
    runs.ended_at,
    runs.command,
    runs.connector,
    runs.as_of_at,
    published.release_id,
    cast(runs.model_count as bigint) as model_count,
    cast(runs.test_count as bigint) as test_count,
    cast(runs.failed_count as bigint) as failed_count,
    runs.run_seconds,
    runs.node_seconds,
    cast(runs.row_count as bigint) as row_count,
    cast(runs.byte_count as bigint) as byte_count,
    cast(published.slate_count as bigint) as slate_count,
    runs.run_seconds / nullif(published.slate_count, 0) * 1000 as seconds_per_thousand_slates
from runs
left join published on runs.run_id = published.run_id
