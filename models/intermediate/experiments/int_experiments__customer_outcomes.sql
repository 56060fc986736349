-- One row per experiment and customer whose days are over: what he did in them, and in as many days before.

{%- set metrics = {
    'has_ordered': "max(case when {} then 1 else 0 end)",
    'order_count': "count(distinct case when {} then order_lines.order_id end)",
    'spend_amount': exact_sum("case when {} then order_lines.net_amount else 0 end"),
    'category_count': "count(distinct case when {} and order_lines.is_merchandise then order_lines.category end)",
} %}

with customers as (
    select * from {{ ref('int_experiments__eligible_customers') }}
    where is_complete
),

order_lines as (
    select * from {{ ref('int_interactions__order_lines') }}
    where not is_return
),

sends as (
    select
        customers.experiment_id,
        customers.customer_id,
        max(case when sends.sent_at >= customers.entered_at then 1 else 0 end) as is_contacted_flag,
        max(case when sends.sent_at < customers.entered_at then 1 else 0 end) as is_contacted_before_flag
    from customers
    inner join {{ ref('stg_sends') }} as sends
        on
            customers.customer_id = sends.customer_id
            and coalesce(customers.channel, sends.channel) = sends.channel
            and sends.sent_at >= customers.before_from_at
            and sends.sent_at < customers.counted_until_at
    group by customers.experiment_id, customers.customer_id
),

orders as (
    select
        customers.experiment_id,
        {%- for name, expression in metrics.items() %}
        {{ expression | replace('{}', 'order_lines.ordered_at >= customers.entered_at') }} as {{ name }},
        {{ expression | replace('{}', 'order_lines.ordered_at < customers.entered_at') }} as {{ name }}_before,
        {%- endfor %}
        customers.customer_id
    from customers
    inner join order_lines
        on
            customers.customer_id = order_lines.customer_id
            and order_lines.ordered_at >= customers.before_from_at
            and order_lines.ordered_at < customers.counted_until_at
    group by customers.experiment_id, customers.customer_id
)

select
    customers.cutoff_at,
    customers.experiment_id,
    customers.customer_id,
    {%- for name in metrics %}
    coalesce(orders.{{ name }}, 0) as {{ name }},
    coalesce(orders.{{ name }}_before, 0) as {{ name }}_before,
    {%- endfor %}
    coalesce(sends.is_contacted_flag, 0) as is_contacted,
    coalesce(sends.is_contacted_before_flag, 0) as is_contacted_before
from customers
left join orders
    on
        customers.experiment_id = orders.experiment_id
        and customers.customer_id = orders.customer_id
left join sends
    on
        customers.experiment_id = sends.experiment_id
        and customers.customer_id = sends.customer_id
