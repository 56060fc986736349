{#- The rows of seeds/channel_policies.csv that hold for this connector, its own before the general one: numbers that
    other seeds are compared with, NULL where they cannot be read. -#}
{% macro policy_rows(policies) -%}
select
    trim(channel) as channel,
    try_cast(slot_count as integer) as slot_count,
    try_cast(max_per_category as integer) as max_per_category,
    try_cast(max_per_brand as integer) as max_per_brand,
    try_cast(max_exposure_share as double) as max_exposure_share
from (
    select
        *,
        row_number() over (
            partition by trim(channel) order by case when nullif(trim(connector), '') is null then 1 else 0 end asc
        ) as preference
    from {{ policies }}
    where coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}'
) as policy_rows
where preference = 1
{%- endmacro %}
