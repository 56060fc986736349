-- One row per cutoff: a fingerprint of all that its rows depend on anywhere, which is code, vars, seeds, and the staged
-- rows from before the end of its outcome window. Equal fingerprints, equal rows: see the macro kept_cutoffs.

{%- set instants = cutoff_instants() | reverse | list %}
{%- set known_when = {
    'stg_customers': ['registered_at', ['customer_id', 'registered_at']],
    'stg_product_states': ['valid_from_at', [
        'product_id', 'valid_from_at', 'is_active', 'tier', 'stock_quantity', 'list_price_amount', 'unit_cost_amount']],
    'stg_consents': ['valid_from_at', ['customer_id', 'channel', 'is_opted_in', 'valid_from_at']],
    'stg_order_lines': ['ordered_at', [
        'order_line_id', 'order_id', 'customer_id', 'product_id', 'ordered_at', 'is_return', 'quantity', 'net_amount',
        'list_amount']],
    'stg_events': ['occurred_at', [
        'event_id', 'customer_id', 'product_id', 'event_type', 'occurred_at', 'send_id', 'session_id']],
    'stg_sends': ['sent_at', ['send_id', 'customer_id', 'channel', 'campaign_id', 'sent_at']],
    'stg_impressions': ['shown_at', [
        'impression_id', 'send_id', 'customer_id', 'channel', 'product_id', 'release_id', 'shown_at', 'slot',
        'selection_probability']],
} %}
{%- set ended_when = {
    'stg_product_states': ['valid_to_at', ['product_id', 'valid_from_at', 'valid_to_at']],
    'stg_consents': ['valid_to_at', ['customer_id', 'channel', 'valid_from_at', 'valid_to_at']],
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
    {%- for told in [known_when, ended_when] %}
    {%- for model, columns in told.items() %}
    select
        {{ columns[0] }} as known_at,
        {{ row_hash(columns[1], []) }} as row_hash
    from {{ ref(model) }}
    {%- if told == ended_when %}
    where {{ columns[0] }} is not null
    {%- endif %}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        known_products.known_at,
        {{ row_hash(['products.product_id', 'products.product_name', 'products.department', 'products.category',
            'products.subcategory', 'products.brand', 'products.is_merchandise', 'products.is_durable'], []) }}
            as row_hash
    from {{ ref('stg_products') }} as products
    inner join known_products on products.product_id = known_products.product_id
    union all
    select
        known_products.known_at,
        {{ row_hash(['attributes.product_id', 'attributes.attribute_name', 'attributes.attribute_value'], []) }}
            as row_hash
    from {{ ref('stg_product_attributes') }} as attributes
    inner join known_products on attributes.product_id = known_products.product_id
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
