-- One row per cutoff that slates are made at, channel that is built, segment, outcome and category of the assortment:
-- everything that a rate of response is kept for.

with cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role in ('validate', 'evaluate', 'serve')
),

channels as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

segments as (
    {%- for segment in ['all', 'recent_buyer', 'other_customer'] %}
    select '{{ segment }}' as segment
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

outcomes as (
    {%- for outcome, rate in var('posterior_default_rates').items() %}
    select
        '{{ outcome }}' as outcome,
        cast({{ rate }} as double) as default_rate
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

categories as (
    select distinct {{ product_category('products') }} as category
    from {{ ref('stg_products') }} as products
)

select
    cutoffs.cutoff_role,
    cutoffs.cutoff_at,
    channels.channel,
    segments.segment,
    outcomes.outcome,
    categories.category,
    outcomes.default_rate
from cutoffs
cross join channels
cross join segments
cross join outcomes
cross join categories
