-- One row per judged cutoff, slate variant, customer segment and metric that is about the catalogue as a whole.

with slots as (
    select * from {{ ref('int_evaluation__slate_features') }}
),

segments as (
    select * from {{ ref('int_evaluation__segments') }}
),

catalogue as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
),

catalogue_sizes as (
    select
        cutoff_at,
        count(*) as product_count,
        count(distinct category) as category_count
    from catalogue
    group by cutoff_at
),

exposures as (
    select
        slots.cutoff_at,
        slots.cutoff_role,
        slots.slate_variant,
        segments.customer_segment,
        slots.product_id,
        slots.category,
        count(*) as exposure_count
    from slots
    inner join segments
        on
            slots.cutoff_at = segments.cutoff_at
            and slots.customer_id = segments.customer_id
    group by
        slots.cutoff_at, slots.cutoff_role, slots.slate_variant, segments.customer_segment, slots.product_id,
        slots.category
),

ranked_exposures as (
    select
        exposures.*,
        row_number() over (
            partition by cutoff_at, slate_variant, customer_segment order by exposure_count asc, product_id asc
        ) as exposure_rank,
        count(*) over (partition by cutoff_at, slate_variant, customer_segment) as exposed_count
    from exposures
),

totals as (
    select
        ranked_exposures.cutoff_at,
        ranked_exposures.cutoff_role,
        ranked_exposures.slate_variant,
        ranked_exposures.customer_segment,
        min(catalogue_sizes.product_count) as product_count,
        min(catalogue_sizes.category_count) as all_category_count,
        count(*) as exposed_count,
        count(distinct ranked_exposures.category) as category_count,
        cast(sum(ranked_exposures.exposure_count) as double) as exposure_sum,
        -- Products never shown rank first with zero, so only the shown ones add to the sum.
        cast(sum(
            ranked_exposures.exposure_count
            * (catalogue_sizes.product_count - ranked_exposures.exposed_count + ranked_exposures.exposure_rank)
        ) as double) as ranked_exposure_sum
    from ranked_exposures
    inner join catalogue_sizes on ranked_exposures.cutoff_at = catalogue_sizes.cutoff_at
    group by
        ranked_exposures.cutoff_at, ranked_exposures.cutoff_role, ranked_exposures.slate_variant,
        ranked_exposures.customer_segment
),

metrics as (
    select
        totals.*,
        exposed_count / cast(product_count as double) as catalogue_coverage,
        category_count / cast(all_category_count as double) as category_coverage,
        -- Gini coefficient of exposure over the whole catalogue.
        2 * ranked_exposure_sum / (product_count * exposure_sum)
        - (product_count + 1) / cast(product_count as double) as exposure_gini
    from totals
)

{%- for metric in ['catalogue_coverage', 'category_coverage', 'exposure_gini'] %}
select
    cutoff_at,
    cutoff_role,
    slate_variant,
    customer_segment,
    '{{ metric }}' as metric_name,
    {{ metric }} as metric_value
from metrics
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
