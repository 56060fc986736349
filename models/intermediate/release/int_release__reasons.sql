-- One row per channel, customer and product of a slate as of now: the sentence that tells why it is there, and the one
-- that is left when its anchor may not be named any more.

with facts as (
    select * from {{ ref('int_release__reason_facts') }}
),

templates as (
    select * from {{ ref('int_integrity__channel_templates') }}
),

true_reasons as (
    select
        facts.*,
        templates.reason_type,
        templates.type_rank,
        templates.template
    from facts
    inner join templates on facts.channel = templates.channel
    where
        case templates.reason_type
            {%- for reason_type in reason_types() %}
            when '{{ reason_type }}' then facts.is_{{ reason_type }}
            {%- endfor %}
        end
),

-- NULL where the sentence needs a name that is not known.
filled as (
    select
        channel,
        customer_id,
        product_id,
        reason_type,
        type_rank,
        template,
        anchor_product_id,
        anchor_ordered_at,
        {{ filled_template(reason_types()['anchor_bought']) }} as reason
    from true_reasons
),

ranked as (
    select
        filled.*,
        row_number() over (partition by channel, customer_id, product_id order by type_rank asc) as reason_rank
    from filled
    where reason is not null
),

last_resorts as (
    select * from filled
    where reason_type = 'taste'
)

select
    ranked.channel,
    ranked.customer_id,
    ranked.product_id,
    ranked.reason_type,
    ranked.reason,
    last_resorts.reason as taste_reason,
    ranked.template,
    case when ranked.reason_type = 'anchor_bought' then ranked.anchor_product_id end as anchor_product_id,
    case when ranked.reason_type = 'anchor_bought' then ranked.anchor_ordered_at end as anchor_ordered_at
from ranked
inner join last_resorts
    on
        ranked.channel = last_resorts.channel
        and ranked.customer_id = last_resorts.customer_id
        and ranked.product_id = last_resorts.product_id
where ranked.reason_rank = 1
