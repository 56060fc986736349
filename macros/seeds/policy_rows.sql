{#- The rows of seeds/channel_policies.csv that hold for this connector and the channels of the var channels, typed,
    NULL where a value cannot be read. A row for this connector stands before one for every connector. -#}
{% macro policy_rows(policies) -%}
select
    trim(channel) as channel,
    policy_name,
    try_cast(slot_count as integer) as slot_count,
    audience_type,
    try_cast(audience_value as double) as audience_value,
    trim(rerank_method) as rerank_method,
    try_cast(diversity_strength as double) as diversity_strength,
    try_cast(coherence_strength as double) as coherence_strength,
    try_cast(max_taste_distance as double) as max_taste_distance,
    try_cast(max_per_category as integer) as max_per_category,
    try_cast(max_per_brand as integer) as max_per_brand,
    try_cast(max_exposure_share as double) as max_exposure_share,
    try_cast(nullif(trim(slots_per_unit), '') as double) as slots_per_unit,
    coalesce(try_cast(nullif(trim(explore_slots), '') as integer), 0) as explore_slots,
    coalesce(nullif(trim(explore_method), ''), 'thompson') as explore_method,
    coalesce(try_cast(nullif(trim(explore_max_loss_share), '') as double), 0.5) as explore_max_loss_share,
    try_cast(valid_days as integer) as valid_days,
    coalesce(try_cast(needs_consent as boolean), true) as needs_consent,
    nullif(trim(after_channel), '') as after_channel,
    owner,
    note
from (
    select
        *,
        row_number() over (
            partition by trim(channel) order by case when nullif(trim(connector), '') is null then 1 else 0 end asc
        ) as preference
    from {{ policies }}
    where
        coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}'
        {%- if var('channels') %}
        and trim(channel) in ('{{ var("channels") | join("', '") }}')
        {%- endif %}
) as policy_rows
where preference = 1
{%- endmacro %}
