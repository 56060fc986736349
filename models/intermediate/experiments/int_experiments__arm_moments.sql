-- One row per experiment, part of its customers, arm and metric: the sums that a read-out needs, over those whose days
-- are over; entered_count has the others as well.

{%- set metrics = ['has_ordered', 'order_count', 'spend_amount', 'category_count', 'is_contacted'] %}

with eligible_customers as (
    select * from {{ ref('int_experiments__eligible_customers') }}
),

customers as (
    select
        eligible_customers.experiment_id,
        eligible_customers.arm_name,
        eligible_customers.release_id,
        eligible_customers.policy_names,
        {%- for metric in metrics %}
        outcomes.{{ metric }},
        outcomes.{{ metric }}_before,
        {%- endfor %}
        case when eligible_customers.is_complete then 1 else 0 end as is_complete_flag
    from eligible_customers
    left join {{ ref('int_experiments__customer_outcomes') }} as outcomes
        on
            eligible_customers.experiment_id = outcomes.experiment_id
            and eligible_customers.customer_id = outcomes.customer_id
),

parts as (
    {%- for part_type, part_name in {
        'all': "'all'", 'policy': 'policy_names', 'release': 'release_id'
    }.items() %}
    select
        '{{ part_type }}' as part_type,
        {{ part_name }} as part_name,
        customers.*
    from customers
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

{% for metric in metrics -%}
{%- set value, before = 'cast(' ~ metric ~ ' as double)', 'cast(' ~ metric ~ '_before as double)' -%}
select
    experiment_id,
    part_type,
    part_name,
    arm_name,
    '{{ metric }}' as metric_name,
    count(*) as entered_count,
    cast(sum(is_complete_flag) as bigint) as customer_count,
    coalesce({{ exact_sum(value) }}, 0) as value_sum,
    coalesce({{ exact_sum(value ~ ' * ' ~ value, 38) }}, 0) as value_square_sum,
    coalesce({{ exact_sum(value ~ ' * ' ~ value ~ ' * ' ~ value, 38) }}, 0) as value_cube_sum,
    coalesce({{ exact_sum(before) }}, 0) as before_sum,
    coalesce({{ exact_sum(before ~ ' * ' ~ before, 38) }}, 0) as before_square_sum,
    coalesce({{ exact_sum(value ~ ' * ' ~ before, 38) }}, 0) as cross_sum
from parts
group by experiment_id, part_type, part_name, arm_name
{{ 'union all' if not loop.last }}
{% endfor -%}
