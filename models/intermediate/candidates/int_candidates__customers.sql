-- One row per cutoff and customer who gets candidates: everybody known at a cutoff that is served, or judged while the
-- var judge_everybody says so. At the others those who then ordered, since the ranker learns from nobody else; where
-- clicks or carts are recorded also those who then clicked and a sample of the rest, whom the response models learn
-- from.

{%- set whole_roles = ['serve'] + (['validate', 'evaluate'] if var('judge_everybody') else []) %}

with customers as (
    select * from {{ ref('int_features__customer_orders') }}
),

cutoffs as (
    select * from {{ ref('int_calendar__cutoffs') }}
),

cases as (
    select
        cutoffs.cutoff_at,
        orders.customer_id
    from cutoffs
    inner join {{ ref('int_interactions__orders') }} as orders
        on
            orders.ordered_at >= cutoffs.cutoff_at
            and orders.ordered_at < cutoffs.outcome_until_at
    union
    select
        cutoff_at,
        customer_id
    from {{ ref('int_feedback__impressions') }}
    where has_clicked
),

response_cutoffs as (
    select cutoff_at from {{ ref('int_feedback__impressions') }}
    union
    select cutoff_at from {{ ref('int_feedback__carts') }}
),

drawn as (
    select
        customers.cutoff_at,
        customers.customer_id,
        cutoffs.cutoff_role not in ('{{ whole_roles | join("', '") }}') as is_sampled,
        cases.customer_id is not null as is_case,
        response_cutoffs.cutoff_at is not null
        and {{ is_in_share(
            "customers.customer_id || '|' || cast(customers.cutoff_at as " ~ dbt.type_string() ~ ")",
            var('response_sample_share'), 'responses'
        ) }} as is_drawn
    from customers
    inner join cutoffs on customers.cutoff_at = cutoffs.cutoff_at
    left join cases
        on
            customers.cutoff_at = cases.cutoff_at
            and customers.customer_id = cases.customer_id
    left join response_cutoffs on customers.cutoff_at = response_cutoffs.cutoff_at
)

select
    cutoff_at,
    customer_id,
    -- How many customers the row stands for.
    cast(
        case when is_sampled and not is_case then {{ 1 / var('response_sample_share') }} else 1 end as double
    ) as sample_weight
from drawn
where not is_sampled or is_case or is_drawn
