-- One row per cutoff: a fingerprint of all that its rows depend on anywhere, which is code, vars, seeds, and the staged
-- rows from before the end of its outcome window. Equal fingerprints, equal rows: see the macro kept_cutoffs.

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

-- What has no time of its own is known from the first row that names it.
with known_products as (
    select
        product_id,
        min(known_at) as known_at
    from (
        select
            product_id,
            ordered_at as known_at
        from {{ ref('stg_order_lines') }}
        union all
        select
            product_id,
            occurred_at as known_at
        from {{ ref('stg_events') }}
        union all
        select
            product_id,
            valid_from_at as known_at
        from {{ ref('stg_product_states') }}
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
        known_products.known_at,
        described.row_hash
    from (
        select
            product_id,
            {{ row_hash(*staged[model]) }} as row_hash
        from {{ ref(model) }}
    ) as described
    inner join known_products on described.product_id = known_products.product_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- The oldest cutoff that knows the row.
placed as (
    select
        case
            {%- for instant in instants %}
            when known_at is null or known_at < {{ instant.until or instant.at }} then {{ loop.index }}
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

cutoffs as (
    {%- for instant in instants %}
    select
        {{ loop.index }} as cutoff_number,
        '{{ instant.role }}' as cutoff_role
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    cutoffs.cutoff_number,
    md5(
        cutoffs.cutoff_role || {{ code_fingerprint() }} || '{{ var_fingerprint() }}' || '{{ seed_fingerprints() }}'
        || cast(coalesce(sum(counted.row_count), 0) as {{ dbt.type_string() }}) || ':'
        || cast(coalesce(sum(counted.row_sum), 0) as {{ dbt.type_string() }})
    ) as cutoff_fingerprint
from cutoffs
left join counted on cutoffs.cutoff_number >= counted.cutoff_number
group by cutoffs.cutoff_number, cutoffs.cutoff_role
