{# The branches of seed_problems that look at the days on which rows hold, over its CTE seed_rows. Where a seed's meta
   says has_general_rows_below, a connector's own row stands before one for every connector; elsewhere both would
   hold. #}
{% macro validity_problems(key, has_channel, has_general_rows_below) -%}
{%- set line = "cast(others.seed_row_number + 1 as " ~ dbt.type_string() ~ ")" -%}
select
    seed_rows.seed_row_number,
    {{ vitrine.row_key('seed_rows', key) }} as row_key,
    'valid_until_on' as column_name,
    'is not after valid_from_on' as problem,
    'error' as severity
from seed_rows
where try_cast(valid_until_on as date) <= try_cast(valid_from_on as date)
union all
select
    seed_rows.seed_row_number,
    {{ vitrine.row_key('seed_rows', key) }} as row_key,
    'valid_until_on' as column_name,
    'has ended (' || valid_until_on || '): the row does nothing any more; take it out or give it a later day'
        as problem,
    'note' as severity
from seed_rows
where is_for_this_connector and try_cast(valid_until_on as date) <= cast({{ as_of() }} as date)
union all
select
    seed_rows.seed_row_number,
    {{ vitrine.row_key('seed_rows', key) }} as row_key,
    'valid_from_on' as column_name,
    'has not come (' || valid_from_on || '): the row does nothing yet' as problem,
    'note' as severity
from seed_rows
where is_for_this_connector and try_cast(valid_from_on as date) > cast({{ as_of() }} as date)
union all
select
    rows_checked.seed_row_number,
    {{ vitrine.row_key('rows_checked', key) }} as row_key,
    'valid_from_on' as column_name,
    case
        when coalesce(rows_checked.connector, '') = coalesce(others.connector, '')
            then 'overlaps with line ' || {{ line }} || ', of the same {{ key | join(" and ") }}: end one of them'
        else
            'overlaps with line ' || {{ line }} || ', of the same {{ key | join(" and ") }} for every connector, which '
            || 'does not give way to this one: name this one otherwise, or end one of them'
    end as problem,
    'error' as severity
from seed_rows as rows_checked
inner join seed_rows as others
    on
        rows_checked.seed_row_number > others.seed_row_number
        {%- if has_general_rows_below %}
        and coalesce(rows_checked.connector, '') = coalesce(others.connector, '')
        {%- endif %}
        and {{ vitrine.row_key('rows_checked', key) }} = {{ vitrine.row_key('others', key) }}
        and {{ vitrine.rows_overlap('rows_checked', 'others', has_channel) }}
{%- endmacro %}
