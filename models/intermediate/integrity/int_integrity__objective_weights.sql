-- One row per channel: the weights of its objectives that analysts edit in seeds/objective_weights.csv, typed and
-- checked. A row for this connector stands before one for every connector; without a row purchase has weight 1, all
-- others 0.

{%- set weights = ref('objective_weights') %}
{{- raise_seed_errors('objective_weights', ref('int_integrity__objective_errors')) }}
with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

weights as (
    select
        channel,
        objective,
        try_cast(weight as double) as weight,
        row_number() over (
            partition by channel, objective order by case when nullif(trim(connector), '') is null then 1 else 0 end asc
        ) as preference
    from {{ weights }}
    where coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}'
),

channel_weights as (
    select
        policies.channel,
        weights.objective,
        weights.weight
    from policies
    left join weights
        on
            policies.channel = weights.channel
            and weights.preference = 1
)

select
    channel,
    {%- for name in ['click', 'cart', 'value', 'margin', 'novelty'] %}
    coalesce(max(case when objective = '{{ name }}' then weight end), 0) as {{ name }}_weight,
    {%- endfor %}
    coalesce(max(case when objective = 'purchase' then weight end), 1) as purchase_weight
from channel_weights
group by channel
