-- One row: from which instant on this build works out feedback anew, and why. What is older can change no more: the
-- longest attribution window and the days that events may be late lie between.

{%- set lookback_days = attribution_days() + var('late_event_days') %}
{%- set counted = [
    ('impressions', ref('stg_impressions'), 'touches', 'shown_at', 'true'),
    ('sends', ref('stg_sends'), 'send_outcomes', 'sent_at', 'true'),
    ('clicks', ref('stg_events'), 'clicks', 'occurred_at', "event_type = 'click'")
] %}
{%- set kept = {} %}
{%- set names = [
    'clicks', 'send_outcomes', 'touches', 'credits', 'impression_outcomes', 'daily_counts', 'daily_results', 'built'
] %}
{%- for name in names %}
{%- do kept.update({name: existing_relation('intermediate', 'int_feedback__' ~ name)}) %}
{%- endfor %}

with settings as (
    select
        {{ as_of() }} as as_of_at,
        {{ feedback_key() }} as feedback_key
)

{%- if flags.FULL_REFRESH or none in kept.values() %}

select
    as_of_at,
    feedback_key,
    'first_build' as reason,
    cast('1900-01-01' as {{ dbt.type_timestamp() }}) as since_at
from settings
{%- else %},

-- An as_of before the last one makes what was kept after it wrong; a build that stopped half way is not the last one.
nights as (
    select
        settings.as_of_at,
        settings.feedback_key,
        built.feedback_key as built_key,
        cast(cast(
            {{ days_after('least(settings.as_of_at, built.as_of_at)', -lookback_days) }} as date
        ) as {{ dbt.type_timestamp() }}) as since_at
    from settings
    cross join {{ kept.built }} as built
),

-- Rows that came or went further back than a night looks are seen by their number.
past_counts as (
    {%- for entity, source, name, column, condition in counted %}
    select
        '{{ entity }}' as entity,
        count(*) as row_count
    from {{ source }}
    where {{ condition }} and {{ column }} < (select since_at from nights)
    union distinct
    select
        '{{ entity }}' as entity,
        count(*) as row_count
    from {{ kept[name] }}
    where {{ column }} < (select since_at from nights)
    {%- if not loop.last %}
    union distinct
    {%- endif %}
    {%- endfor %}
),

reasons as (
    select
        nights.as_of_at,
        nights.feedback_key,
        nights.since_at,
        case
            when nights.built_key != nights.feedback_key then 'settings_changed'
            when (select count(*) from past_counts) > {{ counted | length }} then 'past_changed'
            else 'night'
        end as reason
    from nights
)

select
    as_of_at,
    feedback_key,
    reason,
    case when reason = 'night' then since_at else cast('1900-01-01' as {{ dbt.type_timestamp() }}) end as since_at
from reasons
{%- endif %}
