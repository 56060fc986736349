-- One row per day shown, day known, channel, segment, product and count_type: how many impressions, and how many of
-- them were clicked or bought. Counts add up: those known before a cutoff are what it may see.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook={'sql': '{{ forget_feedback("shown_on") }}', 'transaction': false},
) }}
{%- set period = ref('int_feedback__period') %}

with impressions as (
    select * from {{ ref('int_feedback__impression_outcomes') }}
    where shown_at >= {{ feedback_since(period) }}
),

counted as (
    {%- for count_type, column in
        {'impression': 'shown_at', 'click': 'clicked_at', 'purchase': 'purchased_at'}.items() %}
    select
        cast(shown_at as date) as shown_on,
        cast({{ column }} as date) as known_on,
        channel,
        segment,
        product_id,
        '{{ count_type }}' as count_type
    from impressions
    where {{ column }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    shown_on,
    known_on,
    channel,
    segment,
    product_id,
    count_type,
    count(*) as impression_count
from counted
group by shown_on, known_on, channel, segment, product_id, count_type
