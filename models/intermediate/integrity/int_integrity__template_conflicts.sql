-- One row per row of seeds/reason_templates.csv that cannot be filled or is there twice, and per channel that has no
-- sentence left for a product of which nothing else is true.

with templates as (
    {{ seed_rows(ref('reason_templates'), ['connector', 'channel', 'reason_type', 'template']) | indent(4) }}
),

policies as (
    {{ policy_rows(ref('channel_policies')) | indent(4) }}
),

-- What is left of a template without its placeholders, up to the first brace and behind it.
emptied as (
    select
        templates.*,
        {{ without_placeholders() | indent(8) }} as unfilled
    from templates
),

braced as (
    select
        emptied.*,
        {{ dbt.split_part(dbt.split_part('unfilled', "'{'", 2), "'}'", 1) }} as placeholder,
        unfilled like '%{' || '%}%' as is_placeholder
    from emptied
    where unfilled like '%{' || '%' or unfilled like '%}%'
)

{{ seed_conflict(
    'reason_templates', 'reason_type', 'template',
    "case when is_placeholder then 'has the placeholder {' || placeholder || '}, which the type ' || reason_type "
    ~ "|| ' cannot fill; it has ' || case reason_type " ~ filling_names() ~ " end "
    ~ "else 'has a brace that is no placeholder: write {product}, or no brace' end",
    'braced as rows_checked', 'true'
) }}
union all
{{ seed_conflict(
    'reason_templates', 'rows_checked.reason_type', 'reason_type',
    "'is there twice: line ' || cast(others.seed_row_number + 1 as " ~ dbt.type_string()
    ~ ") || ' is for the same connector and channel; take one out'",
    "templates as rows_checked inner join templates as others on rows_checked.reason_type = others.reason_type"
    ~ " and rows_checked.seed_row_number > others.seed_row_number"
    ~ " and coalesce(rows_checked.connector, '') = coalesce(others.connector, '')"
    ~ " and coalesce(rows_checked.channel, '') = coalesce(others.channel, '')",
    'true'
) }}
union all
select
    'reason_templates' as seed_name,
    cast(null as bigint) as seed_row_number,
    'channel ' || policies.channel as row_key,
    'reason_type' as column_name,
    'has no row taste: add one, for a product of which nothing else is true' as problem,
    'error' as severity
from policies
left join templates
    on
        templates.reason_type = 'taste'
        and templates.is_for_this_connector
        and coalesce(templates.channel, policies.channel) = policies.channel
where templates.reason_type is null
