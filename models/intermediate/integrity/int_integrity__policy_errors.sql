-- One row per value of seeds/channel_policies.csv that cannot be used, and why.

{%- set numbers = {
    'slot_count': [1, 50, 'integer'],
    'audience_value': [0, 1, 'double'],
    'diversity_strength': [0, 1, 'double'], 'coherence_strength': [0, 1, 'double'],
    'max_taste_distance': [0, 1, 'double'], 'max_exposure_share': [0, 1, 'double'],
    'slots_per_unit': [0.001, 1000000, 'double', 'may be empty'],
    'explore_slots': [0, 5, 'integer', 'may be empty'],
    'explore_max_loss_share': [0, 0.99, 'double', 'may be empty'],
    'max_per_category': [1, 50, 'integer'], 'max_per_brand': [1, 50, 'integer'],
    'valid_days': [1, 365, 'integer'],
} %}
{%- set texts = {
    'audience_type': ['top_share', 'threshold'],
    'rerank_method': ['mmr', 'dpp', 'calibration', 'quota'],
    'needs_consent': ['true', 'false'], 'explore_method': ['thompson', 'ucb'],
} %}
{%- set defaults = {'explore_method': 'thompson'} %}

with policies as (
    select
        channel_policies.*,
        {{ seed_row_number() }} as seed_row_number,
        coalesce(nullif(channel, ''), '(empty)') || coalesce(' of ' || nullif(trim(connector), ''), '') as row_key,
        coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}'
            as is_for_this_connector
    from {{ ref('channel_policies') }} as channel_policies
),

problems as (
    select
        max(seed_row_number) as seed_row_number,
        row_key,
        'channel' as column_name,
        'needs a name and exactly one row for a connector, this one has '
        || cast(count(*) as {{ dbt.type_string() }}) as problem
    from policies
    group by row_key, channel
    having count(*) > 1 or nullif(trim(channel), '') is null
    union all
    select
        seed_row_number,
        row_key,
        'channel' as column_name,
        'has a blank before or after its name, which makes it another channel; take it out' as problem
    from policies
    where channel != trim(channel)
    union all
    select
        cast(null as bigint) as seed_row_number,
        '(none)' as row_key,
        'connector' as column_name,
        'has no row for {{ var("connector") }}; add one, or one with an empty connector' as problem
    from policies
    having coalesce(sum(case when is_for_this_connector then 1 else 0 end), 0) = 0
    union all
    select
        seed_row_number,
        row_key,
        'connector' as column_name,
        'is ' || connector || ', must be empty (every connector) or one of {{ var("connectors") | join(", ") }}'
            as problem
    from policies
    where nullif(trim(connector), '') not in ('{{ var("connectors") | join("', '") }}')
    {%- for column_name, choices in texts.items() %}
    union all
    select
        seed_row_number,
        row_key,
        '{{ column_name }}' as column_name,
        'is ' || coalesce(nullif(trim({{ column_name }}), ''), '(empty)')
        || ', must be {{ choices[:-1] | join(", ") }} or {{ choices[-1] }}' as problem
    from policies
    where
        coalesce(nullif(trim({{ column_name }}), ''), '{{ defaults.get(column_name, '') }}')
        not in ('{{ choices | join("', '") }}')
    {%- endfor %}
    union all
    select distinct
        policies.seed_row_number,
        policies.row_key,
        'after_channel' as column_name,
        'is ' || policies.after_channel || ', must be empty or another channel of this file' as problem
    from policies
    left join policies as named
        on trim(policies.after_channel) = trim(named.channel) and policies.channel != named.channel
    where nullif(trim(policies.after_channel), '') is not null and named.channel is null
    {%- for column_name, limits in numbers.items() %}
    union all
    select
        seed_row_number,
        row_key,
        '{{ column_name }}' as column_name,
        'is ' || coalesce(cast({{ column_name }} as {{ dbt.type_string() }}), '(empty)')
        || ', must be {{ "a whole number" if limits[2] == "integer" else "a number" }}'
        || ' from {{ limits[0] }} to {{ limits[1] }}' as problem
    from policies
    where
        (
            try_cast({{ column_name }} as double) is null
            or try_cast({{ column_name }} as double) not between {{ limits[0] }} and {{ limits[1] }}
            {%- if limits[2] == 'integer' %}
            or try_cast({{ column_name }} as double) != floor(try_cast({{ column_name }} as double))
            {%- endif %}
        )
        {%- if limits | length > 3 %}
        and nullif(trim({{ column_name }}), '') is not null
        {%- endif %}
    {%- endfor %}
)

select
    'channel_policies' as seed_name,
    seed_row_number,
    row_key,
    column_name,
    problem,
    'error' as severity
from problems
