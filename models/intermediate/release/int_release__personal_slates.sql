-- One row per channel, customer of its audience and slot: the slates that stand for release, with all that a
-- channel needs to show them.

{%- set figures = [
    'purchase_addend', 'popularity_penalty', 'value_bonus', 'click_probability', 'cart_probability', 'click_bonus',
    'cart_bonus', 'margin_bonus', 'boost', 'objective_score', 'objective_rank'
] %}

with fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

slates as (
    select * from {{ ref('int_ranking__slates') }}
),

audience as (
    select * from {{ ref('int_propensity__audience') }}
    where is_in_audience
),

objectives as (
    select * from {{ ref('int_ranking__objectives') }}
),

policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

products as (
    select * from {{ ref('stg_products') }}
),

reasons as (
    select * from {{ ref('int_release__reasons') }}
),

displacements as (
    select * from {{ ref('int_release__displacements') }}
),

slot_rules as (
    select * from {{ ref('int_release__slot_rules') }}
)

select
    fingerprints.release_id,
    fingerprints.slate_fingerprint,
    slates.channel,
    slates.customer_id,
    slates.slot,
    slates.product_id,
    products.product_name,
    objectives.category,
    objectives.brand,
    objectives.price_amount,
    fingerprints.currency_code,
    reasons.reason,
    reasons.reason_type,
    reasons.taste_reason,
    objectives.candidate_source,
    objectives.anchor_product_id,
    objectives.purchase_probability,
    objectives.expected_value_amount,
    objectives.relevance_score,
    {%- for name in figures %}
    objectives.{{ name }},
    {%- endfor %}
    slates.marginal_score,
    slates.relaxed_limits,
    slates.selection_probability,
    slates.is_explored,
    slates.exploration_addend,
    slot_rules.rule_names,
    displacements.displaced_product_id,
    displaced.product_name as displaced_product_name,
    displacements.displaced_score,
    objectives.taste_distance,
    objectives.popularity_percentile,
    serve.cutoff_at as as_of_at,
    {{ days_after('serve.cutoff_at', 'policies.valid_days') }} as valid_until_at
from slates
inner join serve on slates.cutoff_at = serve.cutoff_at
cross join fingerprints
inner join policies on slates.channel = policies.channel
inner join audience
    on
        slates.cutoff_at = audience.cutoff_at
        and slates.channel = audience.channel
        and slates.customer_id = audience.customer_id
inner join objectives
    on
        slates.cutoff_at = objectives.cutoff_at
        and slates.channel = objectives.channel
        and slates.customer_id = objectives.customer_id
        and slates.product_id = objectives.product_id
inner join products on slates.product_id = products.product_id
inner join reasons
    on
        slates.channel = reasons.channel
        and slates.customer_id = reasons.customer_id
        and slates.product_id = reasons.product_id
left join displacements
    on
        slates.channel = displacements.channel
        and slates.customer_id = displacements.customer_id
        and slates.slot = displacements.slot
left join products as displaced on displacements.displaced_product_id = displaced.product_id
left join slot_rules
    on
        slates.channel = slot_rules.channel
        and slates.customer_id = slot_rules.customer_id
        and slates.slot = slot_rules.slot
