-- One row per judged cutoff, slate variant, customer segment, target and metric.

with customer_metrics as (
    select * from {{ ref('int_evaluation__customer_metrics') }}
),

segments as (
    select * from {{ ref('int_evaluation__segments') }}
),

catalogue_metrics as (
    select * from {{ ref('int_evaluation__catalogue_metrics') }}
),

means as (
    select
        customer_metrics.cutoff_role,
        customer_metrics.cutoff_at,
        customer_metrics.slate_variant,
        segments.customer_segment,
        customer_metrics.target,
        customer_metrics.metric_name,
        -- Fixed point, so that the mean is the same in any order of the rows.
        round(cast(avg(cast(customer_metrics.metric_value as decimal(28, 12))) as double), 9) as metric_value,
        round(stddev_samp(customer_metrics.metric_value) / sqrt(count(*)), 9) as standard_error,
        cast(count(*) as bigint) as customer_count
    from customer_metrics
    inner join segments
        on
            customer_metrics.cutoff_at = segments.cutoff_at
            and customer_metrics.customer_id = segments.customer_id
    group by
        customer_metrics.cutoff_role, customer_metrics.cutoff_at, customer_metrics.slate_variant,
        segments.customer_segment, customer_metrics.target, customer_metrics.metric_name
),

slate_counts as (
    select
        cutoff_at,
        slate_variant,
        customer_segment,
        max(customer_count) as customer_count
    from means
    where target = 'slate'
    group by cutoff_at, slate_variant, customer_segment
)

select * from means
union all
select
    catalogue_metrics.cutoff_role,
    catalogue_metrics.cutoff_at,
    catalogue_metrics.slate_variant,
    catalogue_metrics.customer_segment,
    'slate' as target,
    catalogue_metrics.metric_name,
    round(catalogue_metrics.metric_value, 9) as metric_value,
    -- A figure of the catalogue as a whole is no mean over customers and has no standard error here.
    cast(null as double) as standard_error,
    slate_counts.customer_count
from catalogue_metrics
inner join slate_counts
    on
        catalogue_metrics.cutoff_at = slate_counts.cutoff_at
        and catalogue_metrics.slate_variant = slate_counts.slate_variant
        and catalogue_metrics.customer_segment = slate_counts.customer_segment
