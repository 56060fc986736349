-- One row per customer, step that is due and leading product of what it offers: what to fall back on where no candidate
-- of the customer is of that kind. The rules judge these too.

with due as (
    select * from {{ ref('int_journeys__due') }}
    where followed_on is null
),

attributes as (
    select * from {{ ref('int_journeys__product_attributes') }}
),

products as (
    select * from {{ ref('int_features__products') }}
    where is_sellable
),

kinds as (
    select distinct
        cutoff_at,
        next_attribute,
        next_value
    from due
),

leaders as (
    select
        kinds.next_attribute,
        kinds.next_value,
        products.product_id,
        row_number() over (
            partition by kinds.next_attribute, kinds.next_value
            order by products.buyer_count desc, products.weight desc, products.product_id asc
        ) as leader_rank
    from kinds
    inner join attributes
        on
            kinds.next_attribute = attributes.attribute_name
            and kinds.next_value = attributes.attribute_value
    inner join products
        on
            kinds.cutoff_at = products.cutoff_at
            and attributes.product_id = products.product_id
)

select
    due.cutoff_at,
    due.customer_id,
    due.journey_name,
    due.step_name,
    leaders.product_id,
    leaders.leader_rank
from due
inner join leaders
    on
        due.next_attribute = leaders.next_attribute
        and due.next_value = leaders.next_value
where leaders.leader_rank <= {{ var('max_leading_per_category') }}
