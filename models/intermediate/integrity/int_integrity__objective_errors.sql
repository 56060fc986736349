-- One row per value of seeds/objective_weights.csv that cannot be used, and why.

{%- set limits = {
    'purchase': [0, 10], 'click': [0, 10], 'cart': [0, 10], 'value': [0, 1], 'margin': [0, 1], 'novelty': [0, 10],
} %}
{%- set entities = {'click': ['impressions', 'events'], 'cart': ['events']} %}

with weights as (
    select
        objective_weights.*,
        {{ seed_row_number() }} as seed_row_number,
        coalesce(nullif(trim(channel), ''), 'every channel') || ', '
        || coalesce(nullif(trim(objective), ''), '(empty)')
        || coalesce(' of ' || nullif(trim(connector), ''), '') as row_key,
        try_cast(weight as double) as weight_number,
        nullif(trim(connector), '') is null as is_general,
        row_number() over (
            partition by channel, objective, coalesce(nullif(trim(connector), ''), '{{ var("connector") }}')
            order by case when nullif(trim(connector), '') is null then 1 else 0 end asc
        ) = 1 and coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}' as is_used
    from {{ ref('objective_weights') }} as objective_weights
),

channels as (
    select distinct channel from {{ ref('channel_policies') }}
),

problems as (
    select
        max(seed_row_number) as seed_row_number,
        row_key,
        'objective' as column_name,
        'stands there ' || cast(count(*) as {{ dbt.type_string() }}) || ' times, must be one row' as problem
    from weights
    group by row_key
    having count(*) > 1
    union all
    select
        weights.seed_row_number,
        weights.row_key,
        'channel' as column_name,
        'is ' || weights.channel
        || ', which seeds/channel_policies.csv does not have; mend the name, or add a policy for it' as problem
    from weights
    left join channels on weights.channel = channels.channel
    where channels.channel is null and nullif(trim(weights.channel), '') is not null
    union all
    select
        seed_row_number,
        row_key,
        'connector' as column_name,
        'is ' || connector || ', must be empty (every connector) or one of {{ var("connectors") | join(", ") }}'
            as problem
    from weights
    where nullif(trim(connector), '') not in ('{{ var("connectors") | join("', '") }}')
    union all
    select
        seed_row_number,
        row_key,
        'objective' as column_name,
        'is ' || coalesce(nullif(trim(objective), ''), '(empty)') || ', must be one of {{ limits | join(", ") }}'
            as problem
    from weights
    where coalesce(objective, '') not in ('{{ limits | join("', '") }}')
    {%- for objective, range in limits.items() %}
    union all
    select
        seed_row_number,
        row_key,
        'weight' as column_name,
        'is ' || coalesce(nullif(trim(weight), ''), '(empty)')
        || ', must be a number {{ "above" if objective == "purchase" else "from" }} {{ range[0] }} to {{ range[1] }}'
            as problem
    from weights
    where
        objective = '{{ objective }}'
        and (
            weight_number is null
            or not weight_number between {{ range[0] }} and {{ range[1] }}
            {%- if objective == 'purchase' %}
            or weight_number = 0
            {%- endif %}
        )
    {%- endfor %}
    {%- for objective, needed in entities.items() %}
    {%- for entity in needed if entity not in connector_settings()['entities'] %}
    union all
    select
        seed_row_number,
        row_key,
        'weight' as column_name,
        'is ' || weight || ', but connector {{ var("connector") }} has no {{ entity }}: set it to 0'
        || case when is_general then ' in a row of its own' else '' end as problem
    from weights
    where objective = '{{ objective }}' and is_used and weight_number > 0
    {%- endfor %}
    {%- endfor %}
)

select
    'objective_weights' as seed_name,
    seed_row_number,
    row_key,
    column_name,
    problem,
    'error' as severity
from problems
