{#- The rows of one entity as the connector gives them, typed, each with the reason why the contract rejects it
    (NULL: accepted). Reasons in order: unreadable_<column>, missing_<column>, the entity's own problems,
    after_as_of, duplicate_key (the first by seen_at and then by all columns stays). Before all others: erased and
    past_retention, whose rows are counted and keep nothing of what was in them.

    columns: name -> type: string, timestamp, double, integer, boolean     key: columns of the row's key
    required: columns that may not be NULL                                 problems: reason -> SQL condition
    seen_at: column that says when the row became known, or none           ages: whether retention_days ends its rows
    hashes: column -> column of the connector that only its hash is kept of -#}
{% macro checked_rows(entity, columns, key, required, problems={}, seen_at=none, ages=false, hashes={}) -%}
{%- set types = {'string': dbt.type_string(), 'timestamp': dbt.type_timestamp(), 'integer': 'integer',
                 'double': 'double', 'boolean': 'boolean'} -%}
{%- set relation = vitrine.connector_ref(entity) -%}
{%- if relation is none %}
select
    {%- for name, type in columns.items() %}
    cast(null as {{ types[type] }}) as {{ name }},
    {%- endfor %}
    cast(null as {{ dbt.type_string() }}) as row_key,
    cast(null as {{ dbt.type_string() }}) as row_json,
    cast(null as {{ dbt.type_string() }}) as rejection_reason
from (select 1 as one) as nothing
where 1 = 0
{%- else %}
{%- set raw = {} -%}
{%- for name in columns -%}{%- do raw.update({name: 'raw_' ~ name}) -%}{%- endfor -%}
{%- set hashed = {} -%}
{%- for name, column in hashes.items() -%}
{%- do hashed.update({
    name: vitrine.customer_hash("nullif(trim(cast(" ~ column ~ " as " ~ types['string'] ~ ")), '')")
}) -%}
{%- endfor -%}
{%- set forgotten, is_personal = [], 'customer_id' in columns -%}
{%- if is_personal -%}{%- do forgotten.append('erased') -%}{%- endif -%}
{%- if ages and var('retention_days') -%}{%- do forgotten.append('past_retention') -%}{%- endif %}
with typed as (
    select
        {%- for name, type in columns.items() %}
        {% if name in hashes -%}
        {{ hashed[name] }} as {{ name }},
        {%- elif type == 'string' -%}
        nullif(trim(cast({{ name }} as {{ types[type] }})), '') as {{ name }},
        {%- else -%}
        try_cast({{ name }} as {{ types[type] }}) as {{ name }},
        {%- endif %}
        {{ hashed.get(name, name) }} as raw_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
),
{%- if is_personal %}

erased as (
    select customer_id as erased_id
    from ({{ vitrine.erased_ids(relation, ref('stg_erased_customers')) }}) as erased_ids
),
{%- endif %}

judged as (
    select
        typed.*,
        {{ vitrine.key_text(key) }} as row_key,
        case
            {%- if is_personal %}
            when erased.erased_id is not null then 'erased'
            {%- endif %}
            {%- if 'past_retention' in forgotten %}
            when {{ seen_at }} < {{ days_after(as_of(), -var('retention_days')) }} then 'past_retention'
            {%- endif %}
            {%- for name, type in columns.items() if type != 'string' %}
            when {{ name }} is null and raw_{{ name }} is not null then 'unreadable_{{ name }}'
            {%- if type == 'double' %}
            {#- NaN and the infinities, in one: no comparison below notices them all, and a plain one with NaN may be
                answered from the statistics of a parquet file, which leave it out. #}
            when isnan({{ name }} - {{ name }}) then 'unreadable_{{ name }}'
            {%- endif %}
            {%- endfor %}
            {%- for name in required %}
            when {{ name }} is null then 'missing_{{ name }}'
            {%- endfor %}
            {%- for reason, condition in problems.items() %}
            when {{ condition }} then '{{ reason }}'
            {%- endfor %}
            {%- if seen_at %}
            when {{ seen_at }} >= {{ as_of() }} then 'after_as_of'
            {%- endif %}
        end as own_reason
    from typed
    {%- if is_personal %}
    left join erased on typed.customer_id = erased.erased_id
    {%- endif %}
),

{#- Only rows that are fine on their own compete for their key. #}
repeated_keys as (
    select row_key
    from judged
    where own_reason is null
    group by row_key
    having count(*) > 1
),

competing as (
    select
        judged.*,
        row_number() over (
            partition by judged.row_key
            order by {{ vitrine.ordering(columns, seen_at) }}
        ) as key_rank
    from judged
    inner join repeated_keys on judged.row_key = repeated_keys.row_key
    where judged.own_reason is null
),

reasoned as (
    select
        {%- for name in columns %} {{ name }}, raw_{{ name }},{% endfor %}
        row_key,
        case when key_rank > 1 then 'duplicate_key' end as rejection_reason
    from competing
    union all
    select
        {%- for name in columns %} judged.{{ name }}, judged.raw_{{ name }},{% endfor %}
        judged.row_key,
        judged.own_reason as rejection_reason
    from judged
    left join repeated_keys on judged.row_key = repeated_keys.row_key
    where judged.own_reason is not null or repeated_keys.row_key is null
)

{%- set is_kept = "rejection_reason is null or rejection_reason not in ('" ~ forgotten | join("', '") ~ "')" %}

select
    {%- for name in columns %}
    {{ "case when " ~ is_kept ~ " then " ~ name ~ " end as " ~ name if forgotten else name }},
    {%- endfor %}
    {{ "case when " ~ is_kept ~ " then row_key end as row_key" if forgotten else "row_key" }},
    case
        when rejection_reason is not null{{ " and (" ~ is_kept ~ ")" if forgotten }} then {{ row_json(raw) }}
    end as row_json,
    rejection_reason
from reasoned
{%- endif %}
{%- endmacro %}
