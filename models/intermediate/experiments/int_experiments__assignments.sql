-- One row per experiment and customer who takes part: the arm that the hash of his id draws. Neither a day nor another
-- customer is asked, so it is the same at every cutoff.

with seen as (
    select
        customer_id,
        registered_at as seen_at
    from {{ ref('stg_customers') }}
    union all
    select
        customer_id,
        ordered_at as seen_at
    from {{ ref('stg_order_lines') }}
),

customers as (
    select
        customer_id,
        min(seen_at) as known_from_at
    from seen
    group by customer_id
),

drawn as (
    select
        customer_id,
        known_from_at,
        {{ is_in_share('customer_id', var('holdout_share'), var('holdout_salt')) }} as is_held_out
    from customers
),

arms as (
    select * from {{ ref('int_experiments__arms') }}
),

experiments as (
    select distinct
        experiment_id,
        salt
    from arms
    where salt is not null
),

-- Who is held out of everything has no part in an experiment: no arm could reach him.
placed as (
    select
        experiments.experiment_id,
        drawn.customer_id,
        drawn.known_from_at,
        {{ hashed_unit('drawn.customer_id', 'experiments.salt') }} as unit
    from drawn
    cross join experiments
    where not drawn.is_held_out
)

select
    placed.experiment_id,
    placed.customer_id,
    placed.known_from_at,
    arms.arm_name
from placed
inner join arms
    on
        placed.experiment_id = arms.experiment_id
        and placed.unit >= arms.from_unit
        and placed.unit < arms.until_unit
union all
select
    'global_holdout' as experiment_id,
    customer_id,
    known_from_at,
    case when is_held_out then 'holdout' else 'addressed' end as arm_name
from drawn
