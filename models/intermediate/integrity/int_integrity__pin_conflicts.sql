-- One row per pin that contradicts another row, its channel's policy, or an exclusion.

with pins as (
    {{ seed_rows(
        ref('pinned_slots'), ['channel', 'pin_name', 'slot', 'product_id', 'valid_from_on', 'valid_until_on']
    ) | indent(4) }}
),

limits as (
    {{ seed_rows(ref('slate_limits'), [
        'channel', 'limit_name', 'limit_type', 'attribute_name', 'attribute_value', 'slot_count', 'valid_from_on',
        'valid_until_on'
    ]) | indent(4) }}
),

products as (
    select * from {{ ref('stg_products') }}
),

policies as (
    {{ policy_rows(ref('channel_policies')) | indent(4) }}
)

{{ seed_conflict(
    'pinned_slots', 'rows_checked.pin_name', 'slot',
    "'is ' || rows_checked.slot || ', but a slate of channel ' || policies.channel || ' has '"
    ~ " || cast(policies.slot_count as " ~ dbt.type_string() ~ ") || ' slots'",
    "pins as rows_checked inner join policies on coalesce(rows_checked.channel, policies.channel) = policies.channel",
    "rows_checked.is_for_this_connector and try_cast(rows_checked.slot as integer) > policies.slot_count"
) }}
union all
{{ seed_conflict(
    'pinned_slots', 'rows_checked.pin_name', 'slot',
    "'is ' || rows_checked.slot || ', which ' || others.pin_name || ' has taken'",
    "pins as rows_checked inner join pins as others"
    ~ " on try_cast(rows_checked.slot as double) = try_cast(others.slot as double)"
    ~ " and rows_checked.pin_name != others.pin_name"
    ~ " and rows_checked.seed_row_number > others.seed_row_number and " ~ rows_overlap('rows_checked', 'others'),
    "true"
) }}
union all
{{ seed_conflict(
    'pinned_slots', 'rows_checked.pin_name', 'product_id',
    "'is ' || rows_checked.product_id || ', which ' || others.pin_name || ' pins to another slot'",
    "pins as rows_checked inner join pins as others on rows_checked.product_id = others.product_id"
    ~ " and try_cast(rows_checked.slot as double) != try_cast(others.slot as double)"
    ~ " and rows_checked.seed_row_number > others.seed_row_number and " ~ rows_overlap('rows_checked', 'others'),
    "true"
) }}
union all
{{ seed_conflict(
    'pinned_slots', 'rows_checked.pin_name', 'product_id',
    "'is shown to all, but max_exposure_share of channel ' || policies.channel || ' is '"
    ~ " || cast(policies.max_exposure_share as " ~ dbt.type_string() ~ ") || ' in seeds/channel_policies.csv'",
    "pins as rows_checked inner join policies on coalesce(rows_checked.channel, policies.channel) = policies.channel",
    "rows_checked.is_for_this_connector and policies.max_exposure_share < 1"
) }}
union all
{{ seed_conflict(
    'pinned_slots', 'rows_checked.pin_name', 'product_id',
    "'is ' || rows_checked.product_id || ', of which the limit ' || others.limit_name || ' allows none'",
    "pins as rows_checked inner join products on rows_checked.product_id = products.product_id"
    ~ " inner join limits as others on others.limit_type = 'at_most' and try_cast(others.slot_count as integer) = 0"
    ~ " and others.attribute_value = case others.attribute_name when 'product' then products.product_id"
    ~ " when 'category' then products.category when 'subcategory' then products.subcategory"
    ~ " when 'brand' then products.brand end and " ~ rows_overlap('rows_checked', 'others'),
    "true"
) }}
union all
{{ seed_conflict(
    'pinned_slots', 'rows_checked.pin_name', 'pin_name',
    "'is the name of a row of seeds/slate_limits.csv too; what gives way could not be told apart'",
    "pins as rows_checked inner join limits as others on rows_checked.pin_name = others.limit_name and "
    ~ rows_overlap('rows_checked', 'others'),
    "true"
) }}
{%- for seed_name, relation, name in [('pinned_slots', 'pins', 'pin_name'), ('slate_limits', 'limits', 'limit_name')] %}
union all
{{ seed_conflict(
    seed_name, name, name,
    "'has a comma or is a name that Vitrine uses itself (required, max_taste_distance); choose another'",
    relation ~ " as rows_checked",
    name ~ " like '%,%' or " ~ name ~ " in ('required', 'max_taste_distance')"
) }}
{%- endfor %}
