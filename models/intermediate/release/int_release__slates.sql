-- One row per channel, customer and slot that stands for release: the audience's own slates and, in channels that show
-- everybody something, those that the others fall back on.

{%- set texts = ['anchor_product_id', 'rule_names', 'displaced_product_id', 'displaced_product_name'] %}
{%- set numbers = [
    'purchase_probability', 'expected_value_amount', 'relevance_score', 'click_probability', 'cart_probability',
    'objective_rank', 'displaced_score', 'taste_distance'
] %}
{%- set addends = ['value_bonus', 'click_bonus', 'cart_bonus', 'margin_bonus', 'boost'] %}
{%- set shared = [
    'channel', 'customer_id', 'slot', 'product_id', 'product_name', 'category', 'brand', 'price_amount', 'reason',
    'reason_type', 'popularity_penalty', 'objective_score', 'marginal_score', 'relaxed_limits', 'popularity_percentile'
] %}
{%- set release = ['release_id', 'slate_fingerprint', 'currency_code'] %}

with personal_slates as (
    select * from {{ ref('int_release__personal_slates') }}
),

fallback_slates as (
    select * from {{ ref('int_release__fallback_slates') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
)

select
    {%- for name in release + shared + texts %}
    {{ name }},
    {%- endfor %}
    {%- for name in numbers %}
    cast({{ name }} as double) as {{ name }},
    {%- endfor %}
    {%- for name in addends %}
    {{ name }},
    {%- endfor %}
    taste_reason,
    candidate_source,
    purchase_addend,
    'personal' as fallback_level,
    as_of_at,
    valid_until_at
from personal_slates
union all
select
    {%- for name in release %}
    fingerprints.{{ name }},
    {%- endfor %}
    {%- for name in shared %}
    fallback_slates.{{ name }},
    {%- endfor %}
    {%- for name in texts %}
    cast(null as {{ dbt.type_string() }}) as {{ name }},
    {%- endfor %}
    {%- for name in numbers %}
    cast(null as double) as {{ name }},
    {%- endfor %}
    {%- for name in addends %}
    cast(0 as double) as {{ name }},
    {%- endfor %}
    fallback_slates.reason as taste_reason,
    'shared' as candidate_source,
    fallback_slates.base_score as purchase_addend,
    fallback_slates.fallback_level,
    fallback_slates.cutoff_at as as_of_at,
    {{ days_after('fallback_slates.cutoff_at', 'policies.valid_days') }} as valid_until_at
from fallback_slates
cross join fingerprints
inner join policies on fallback_slates.channel = policies.channel
