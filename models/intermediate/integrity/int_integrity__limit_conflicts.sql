-- One row per limit that contradicts another row, its channel's policy, or itself.

with limits as (
    {{ seed_rows(ref('slate_limits'), [
        'channel', 'limit_name', 'limit_type', 'attribute_name', 'attribute_value', 'slot_count', 'valid_from_on',
        'valid_until_on'
    ]) | indent(4) }}
),

policies as (
    {{ policy_rows(ref('channel_policies')) | indent(4) }}
),

floors as (
    select
        *,
        row_number() over (
            partition by coalesce(channel, ''), attribute_name, attribute_value
            order by try_cast(slot_count as integer) desc, seed_row_number asc
        ) as place
    from limits
    where is_for_this_connector and limit_type = 'at_least'
)

{{ seed_conflict(
    'slate_limits', 'limit_name', 'attribute_value',
    "case when limit_type = 'at_least' then 'is empty; name the value that must be there'"
    ~ " else 'must be empty: the limit counts different values' end",
    'limits as rows_checked',
    "(limit_type = 'at_least' and attribute_value is null)"
    ~ " or (limit_type = 'at_least_distinct' and attribute_value is not null)"
) }}
union all
{{ seed_conflict(
    'slate_limits', 'rows_checked.limit_name', 'slot_count',
    "'is ' || rows_checked.slot_count || ', but a slate of channel ' || policies.channel || ' has '"
    ~ " || cast(policies.slot_count as " ~ dbt.type_string() ~ ") || ' slots'",
    "limits as rows_checked inner join policies on coalesce(rows_checked.channel, policies.channel) = policies.channel",
    "rows_checked.is_for_this_connector and rows_checked.limit_type != 'at_most'"
    ~ " and try_cast(rows_checked.slot_count as integer) > policies.slot_count"
) }}
union all
{{ seed_conflict(
    'slate_limits', 'rows_checked.limit_name', 'slot_count',
    "'asks for ' || rows_checked.slot_count || ' slots of ' || rows_checked.attribute_value || ', but the limit '"
    ~ " || others.limit_name || ' allows ' || others.slot_count",
    "limits as rows_checked inner join limits as others on rows_checked.attribute_name = others.attribute_name"
    ~ " and coalesce(others.attribute_value, rows_checked.attribute_value) = rows_checked.attribute_value"
    ~ " and others.limit_type = 'at_most' and " ~ rows_overlap('rows_checked', 'others'),
    "rows_checked.limit_type = 'at_least'"
    ~ " and try_cast(rows_checked.slot_count as integer) > try_cast(others.slot_count as integer)"
) }}
{%- for attribute_name in ['category', 'brand'] %}
union all
{{ seed_conflict(
    'slate_limits', 'rows_checked.limit_name', 'slot_count',
    "'asks for ' || rows_checked.slot_count || ' slots of ' || rows_checked.attribute_value || ', but max_per_"
    ~ attribute_name ~ " of channel ' || policies.channel || ' is ' || cast(policies.max_per_" ~ attribute_name
    ~ " as " ~ dbt.type_string() ~ ")",
    "limits as rows_checked inner join policies on coalesce(rows_checked.channel, policies.channel) = policies.channel",
    "rows_checked.is_for_this_connector and rows_checked.limit_type = 'at_least' and rows_checked.attribute_name = '"
    ~ attribute_name ~ "' and try_cast(rows_checked.slot_count as integer) > policies.max_per_" ~ attribute_name
) }}
{%- endfor %}
union all
{{ seed_conflict(
    'slate_limits', 'rows_checked.limit_name', 'slot_count',
    "'asks with ' || max(others.limit_name) || case when count(*) > 1 then ' and others' else '' end || ' for '"
    ~ " || cast(try_cast(max(rows_checked.slot_count) as integer) + sum(try_cast(others.slot_count as integer)) as "
    ~ dbt.type_string() ~ ") || ' slots by ' || rows_checked.attribute_name || ', but a slate of channel '"
    ~ " || policies.channel || ' has ' || cast(max(policies.slot_count) as " ~ dbt.type_string() ~ ") || ' slots'",
    "floors as rows_checked inner join floors as others on rows_checked.attribute_name = others.attribute_name"
    ~ " and rows_checked.attribute_value > others.attribute_value and rows_checked.place = 1 and others.place = 1 and "
    ~ rows_overlap('rows_checked', 'others')
    ~ " inner join policies on coalesce(rows_checked.channel, others.channel, policies.channel) = policies.channel",
    "true group by rows_checked.seed_row_number, rows_checked.limit_name, rows_checked.attribute_name,"
    ~ " policies.channel having try_cast(max(rows_checked.slot_count) as integer)"
    ~ " + sum(try_cast(others.slot_count as integer)) > max(policies.slot_count)"
) }}
