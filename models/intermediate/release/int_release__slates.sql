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
),

campaigns as (
    select * from {{ ref('int_integrity__campaigns') }}
)

select
    {%- for name in release + shared + texts %}
    personal_slates.{{ name }},
    {%- endfor %}
    {%- for name in numbers %}
    cast(personal_slates.{{ name }} as double) as {{ name }},
    {%- endfor %}
    {%- for name in addends %}
    personal_slates.{{ name }},
    {%- endfor %}
    personal_slates.selection_probability,
    personal_slates.is_explored,
    personal_slates.exploration_addend,
    personal_slates.taste_reason,
    personal_slates.candidate_source,
    personal_slates.purchase_addend,
    'personal' as fallback_level,
    campaigns.campaign_id,
    campaigns.campaign_name,
    case
        when personal_slates.slot <= campaigns.hero_slot_count then 'hero'
        when personal_slates.slot <= campaigns.hero_slot_count + campaigns.pair_slot_count then 'pair'
        when campaigns.campaign_id is not null then 'grid'
    end as block_name,
    personal_slates.as_of_at,
    personal_slates.valid_until_at
from personal_slates
left join campaigns
    on
        personal_slates.as_of_at = campaigns.cutoff_at
        and personal_slates.channel = campaigns.channel
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
    -- Nothing is drawn of what many share.
    cast(1 as double) as selection_probability,
    false as is_explored,
    cast(0 as double) as exploration_addend,
    fallback_slates.reason as taste_reason,
    'shared' as candidate_source,
    fallback_slates.base_score as purchase_addend,
    fallback_slates.fallback_level,
    cast(null as {{ dbt.type_string() }}) as campaign_id,
    cast(null as {{ dbt.type_string() }}) as campaign_name,
    cast(null as {{ dbt.type_string() }}) as block_name,
    fallback_slates.cutoff_at as as_of_at,
    {{ days_after('fallback_slates.cutoff_at', 'policies.valid_days') }} as valid_until_at
from fallback_slates
cross join fingerprints
inner join policies on fallback_slates.channel = policies.channel
