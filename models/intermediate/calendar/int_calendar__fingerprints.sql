-- One row per cutoff: a fingerprint of all that its rows depend on anywhere, which is its place among the others, code,
-- vars, seeds, and the staged rows from before the end of its outcome window; tonight's, on all of them and the kills.
-- Equal fingerprints, equal rows: see the macro table_plan.

{%- set instants = cutoff_instants() | reverse | list %}
{%- set staged = staged_columns() %}
{%- set known_at = {
    'stg_customers': 'registered_at',
    'stg_product_states': 'valid_from_at',
    'stg_consents': 'valid_from_at',
    'stg_order_lines': 'ordered_at',
    'stg_events': 'occurred_at',
    'stg_sends': 'sent_at',
    'stg_impressions': 'shown_at',
} %}

-- What has no time of its own is known from the first row that names it; what nothing names, tonight only.
with known_products as (
    select
        product_id,
        min(known_at) as known_at
    from (
        {%- for model in ['stg_order_lines', 'stg_events', 'stg_impressions', 'stg_product_states'] %}
        select
            product_id,
            {{ known_at[model] }} as known_at
        from {{ ref(model) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as named
    where product_id is not null
    group by product_id
),

hashed as (
    {%- for model, instant in known_at.items() %}
    {%- set texts, amounts = staged[model] %}
    select
        {{ instant }} as known_at,
        {{ row_hash(texts | reject('equalto', 'valid_to_at') | list, amounts) }} as row_hash
    from {{ ref(model) }}
    union all
    {%- if 'valid_to_at' in texts %}
    select
        valid_to_at as known_at,
        {{ row_hash(texts, amounts) }} as row_hash
    from {{ ref(model) }}
    where valid_to_at is not null
    union all
    {%- endif %}
    {%- endfor %}
    {%- for model in ['stg_products', 'stg_product_attributes'] %}
    select
        coalesce(known_products.known_at, {{ instants[-1].at }}) as known_at,
        described.row_hash
    from (
        select
            product_id,
            {{ row_hash(*staged[model]) }} as row_hash
        from {{ ref(model) }}
    ) as described
    left join known_products on described.product_id = known_products.product_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- The oldest cutoff that knows the row.
placed as (
    select
        case
            {%- for instant in instants %}
            {%- if not loop.last %}
            when known_at is null or known_at < {{ instant.until }} then {{ loop.index }}
            {%- else %}
            else {{ loop.index }}
            {%- endif %}
            {%- endfor %}
        end as cutoff_number,
        cast({{ hex_to_bigint('substr(row_hash, 1, 8)') }} as decimal(18, 0)) as row_number_hash
    from hashed
),

counted as (
    select
        cutoff_number,
        count(*) as row_count,
        sum(row_number_hash) as row_sum
    from placed
    group by cutoff_number
),

-- All decisions count: after a revival tonight's rows are made anew.
kills as (
    {{ rows_fingerprint(ref('release_kills'), ['product_id', 'is_killed', 'recorded_at']) }}
),

cutoffs as (
    {%- for instant in instants %}
    select
        {{ loop.index }} as cutoff_number,
        '{{ instant.role }}' as cutoff_role
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    cutoffs.cutoff_number,
    md5(
        cutoffs.cutoff_role || cast(cutoffs.cutoff_number as {{ dbt.type_string() }}) || ':'
        || {{ project_fingerprint() }} || '{{ var_fingerprint() }}'
        || cast(coalesce(sum(counted.row_count), 0) as {{ dbt.type_string() }}) || ':'
        || cast(coalesce(sum(counted.row_sum), 0) as {{ dbt.type_string() }})
        || case when cutoffs.cutoff_role = 'serve' then kills.table_fingerprint else '' end
    ) as cutoff_fingerprint
from cutoffs
cross join kills
left join counted on cutoffs.cutoff_number >= counted.cutoff_number
group by cutoffs.cutoff_number, cutoffs.cutoff_role, kills.table_fingerprint
