-- One row per channel: the weights of its objectives that analysts edit in seeds/objective_weights.csv, typed and
-- checked. A row for this connector stands before one for every connector, and of those one for the channel before one
-- for every channel; without a row purchase has weight 1, all others 0.

{%- set weights = ref('objective_weights') %}
{{- raise_seed_errors('objective_weights', ref('int_integrity__objective_errors')) }}
with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
),

weights as (
    select
        policies.channel,
        weights.objective,
        try_cast(weights.weight as double) as weight,
        row_number() over (
            partition by policies.channel, weights.objective
            order by
                case when nullif(trim(weights.connector), '') is null then 1 else 0 end asc,
                case when nullif(trim(weights.channel), '') is null then 1 else 0 end asc
        ) as preference
    from policies
    left join {{ weights }} as weights
        on
            policies.channel = coalesce(nullif(trim(weights.channel), ''), policies.channel)
            and coalesce(nullif(trim(weights.connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}'
),

channel_weights as (
    select * from weights
    where preference = 1
)

select
    channel,
    {%- for name in ['click', 'cart', 'value', 'margin', 'novelty'] %}
    coalesce(max(case when objective = '{{ name }}' then weight end), 0) as {{ name }}_weight,
    {%- endfor %}
    coalesce(max(case when objective = 'purchase' then weight end), 1) as purchase_weight
from channel_weights
group by channel
