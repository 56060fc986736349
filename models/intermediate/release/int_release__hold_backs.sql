-- One row per channel, customer of the audience, candidate that the re-ranker left out, and what stands in its way.

{%- set candidate = 'left_out.channel, left_out.customer_id, left_out.product_id' %}

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

slates as (
    select * from {{ ref('int_release__slates') }}
),

shown as (
    select
        channel,
        product_id,
        count(*) as slot_count
    from slates
    group by channel, product_id
),

left_out as (
    select objectives.*
    from {{ ref('int_ranking__objectives') }} as objectives
    inner join serve on objectives.cutoff_at = serve.cutoff_at
    left join slates
        on
            objectives.channel = slates.channel and objectives.customer_id = slates.customer_id
            and objectives.product_id = slates.product_id
    where slates.slot is null
),

attributes as (
    select attributes.*
    from {{ ref('int_features__product_attributes') }} as attributes
    inner join serve on attributes.cutoff_at = serve.cutoff_at
    union all
    select
        products.cutoff_at,
        products.product_id,
        'product' as attribute_name,
        products.product_id as attribute_value
    from {{ ref('int_features__products') }} as products
    inner join serve on products.cutoff_at = serve.cutoff_at
)

select
    {{ candidate }},
    0 as hold_back_order,
    'exploration' as hold_back_name,
    'an explored product took its place in slot ' || cast(choices.slot as {{ dbt.type_string() }}) as reason
from left_out
inner join {{ ref('int_ranking__selection_probabilities') }} as choices
    on
        choices.is_greedy and not choices.is_chosen
        and left_out.cutoff_at = choices.cutoff_at and left_out.channel = choices.channel
        and left_out.customer_id = choices.customer_id and left_out.product_id = choices.product_id
union all
select
    {{ candidate }},
    1 as hold_back_order,
    'max_exposure' as hold_back_name,
    'as many slates show it as the exposure cap or the stock allow: '
    || cast(capacities.slot_count as {{ dbt.type_string() }}) as reason
from left_out
inner join {{ ref('int_ranking__exposure_capacities') }} as capacities
    on
        left_out.cutoff_at = capacities.cutoff_at
        and left_out.channel = capacities.channel and left_out.product_id = capacities.product_id
inner join shown on left_out.channel = shown.channel and left_out.product_id = shown.product_id
where shown.slot_count >= capacities.slot_count
{%- for match in ['full_limits.customer_id = left_out.customer_id', 'full_limits.customer_id is null'] %}
union all
select
    {{ candidate }},
    2 as hold_back_order,
    full_limits.limit_name as hold_back_name,
    full_limits.reason
from left_out
inner join attributes on left_out.product_id = attributes.product_id
inner join {{ ref('int_release__full_limits') }} as full_limits
    on
        left_out.channel = full_limits.channel
        and attributes.attribute_name = full_limits.attribute_name
        and attributes.attribute_value = full_limits.attribute_value
        and {{ match }}
{%- endfor %}
{%- for side, other in [('', 'other_'), ('other_', '')] %}
union all
select
    {{ candidate }},
    3 as hold_back_order,
    slate_pairs.pair_name as hold_back_name,
    'never beside slot ' || cast(beside.slot as {{ dbt.type_string() }}) as reason
from left_out
inner join attributes on left_out.product_id = attributes.product_id
inner join {{ ref('int_integrity__slate_pairs') }} as slate_pairs
    on
        slate_pairs.pair_type = 'never'
        and {{ is_valid_at('slate_pairs', 'left_out.cutoff_at') }}
        and coalesce(slate_pairs.channel, left_out.channel) = left_out.channel
        and attributes.attribute_name = {{ 'slate_pairs.' ~ side ~ 'attribute_name' }}
        and attributes.attribute_value = {{ 'slate_pairs.' ~ side ~ 'attribute_value' }}
inner join {{ ref('int_release__slot_attributes') }} as beside
    on
        left_out.channel = beside.channel
        and left_out.customer_id = beside.customer_id
        and {{ 'slate_pairs.' ~ other ~ 'attribute_name' }} = beside.attribute_name
        and {{ 'slate_pairs.' ~ other ~ 'attribute_value' }} = beside.attribute_value
{%- endfor %}
union all
select
    {{ candidate }},
    4 as hold_back_order,
    'max_taste_distance' as hold_back_name,
    'further from the taste of the customer than the policy wants' as reason
from left_out
inner join {{ ref('int_integrity__channel_policies') }} as policies on left_out.channel = policies.channel
where left_out.taste_distance > policies.max_taste_distance
