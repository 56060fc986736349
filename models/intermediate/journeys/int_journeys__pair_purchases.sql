-- One row per pair of anchor and next in a step, customer who bought both, order and category: whether it holds a
-- product of next, an anchor, or anything that the anchor does not bring about. What other steps of the same anchor
-- offer is brought about too.

{%- set pair = ['anchor_attribute', 'anchor_value', 'next_attribute', 'next_value'] %}
{%- set keys = pair | join(', ') %}

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

pairs as (
    select distinct
        {{ keys }}
    from {{ ref('int_integrity__journey_steps') }} as steps
    inner join serve on {{ is_valid_at('steps', 'serve.cutoff_at') }}
),

attributes as (
    select * from {{ ref('int_journeys__product_attributes') }}
),

purchases as (
    select * from {{ ref('int_journeys__purchases') }}
),

-- What a product is to a pair.
parts as (
    {%- for part in ['next', 'anchor'] %}
    select
        pairs.*,
        attributes.product_id,
        {{ 1 if part == 'next' else 0 }} as next_flag,
        {{ 1 if part == 'anchor' else 0 }} as anchor_flag
    from pairs
    inner join attributes
        on
            pairs.{{ part }}_attribute = attributes.attribute_name
            and pairs.{{ part }}_value = attributes.attribute_value
    union all
    {%- endfor %}
    select
        pairs.*,
        attributes.product_id,
        0 as next_flag,
        0 as anchor_flag
    from pairs
    inner join pairs as siblings
        on
            pairs.anchor_attribute = siblings.anchor_attribute
            and pairs.anchor_value = siblings.anchor_value
    inner join attributes
        on
            siblings.next_attribute = attributes.attribute_name
            and siblings.next_value = attributes.attribute_value
),

roles as (
    select
        {{ keys }},
        product_id,
        max(next_flag) as next_flag,
        max(anchor_flag) as anchor_flag
    from parts
    group by {{ keys }}, product_id
),

-- Only who bought both says anything.
customers as (
    select
        {% for name in pair %}roles.{{ name }}, {% endfor %}
        purchases.customer_id
    from roles
    inner join purchases on roles.product_id = purchases.product_id
    group by {% for name in pair %}roles.{{ name }}, {% endfor %}purchases.customer_id
    having max(roles.next_flag) = 1 and max(roles.anchor_flag) = 1
)

select
    {% for name in pair %}customers.{{ name }}, {% endfor %}
    customers.customer_id,
    purchases.cutoff_at,
    purchases.week_on,
    purchases.order_id,
    purchases.category,
    max(coalesce(roles.next_flag, 0)) as next_flag,
    max(coalesce(roles.anchor_flag, 0)) as anchor_flag,
    max(case when roles.product_id is null then 1 else 0 end) as other_flag
from customers
inner join purchases on customers.customer_id = purchases.customer_id
left join roles
    on
        purchases.product_id = roles.product_id
        {%- for name in pair %}
        and customers.{{ name }} = roles.{{ name }}
        {%- endfor %}
group by
    {% for name in pair %}customers.{{ name }}, {% endfor %}
    customers.customer_id, purchases.cutoff_at, purchases.week_on, purchases.order_id, purchases.category
