-- Every sentence that builds on a product is true: the customer bought it before as_of, in the month that the sentence
-- names, and never gave one back. Asked of the staged lines, in words of its own.

{{ config(severity='error') }}

with slates as (
    select
        slates.customer_id,
        slates.product_id,
        slates.reason,
        slates.as_of_at,
        reasons.template,
        reasons.anchor_product_id
    from {{ ref('int_release__slates') }} as slates
    inner join {{ ref('int_release__reasons') }} as reasons
        on
            slates.channel = reasons.channel
            and slates.customer_id = reasons.customer_id
            and slates.product_id = reasons.product_id
    where slates.reason_type = 'anchor_bought' or reasons.template like '%{anchor%'
),

lines as (
    select * from {{ ref('stg_order_lines') }}
),

proofs as (
    select
        slates.customer_id,
        slates.product_id,
        slates.anchor_product_id
    from slates
    inner join lines on slates.customer_id = lines.customer_id and slates.anchor_product_id = lines.product_id
    group by slates.customer_id, slates.product_id, slates.anchor_product_id
    having
        max(case when lines.is_return then 1 else 0 end) = 0
        and max(
            case
                when
                    lines.ordered_at < slates.as_of_at
                    and (
                        slates.template not like '%{anchor_month}%'
                        or slates.reason like '%' || {{ month_name('lines.ordered_at') }} || '%'
                    )
                    then 1
                else 0
            end
        ) = 1
)

select slates.*
from slates
left join proofs
    on
        slates.customer_id = proofs.customer_id
        and slates.product_id = proofs.product_id
        and slates.anchor_product_id = proofs.anchor_product_id
where proofs.product_id is null
