-- One row per instant that everything is computed as of, from the oldest training cutoff to tonight.

{%- set horizon = var('horizon_days') %}
{%- set roles = ['serve', 'evaluate', 'validate'] + ['train'] * var('train_cutoff_count') %}

with cutoffs as (
    {%- for role in roles %}
    select
        '{{ role }}' as cutoff_role,
        {{ roles | length - loop.index0 }} as cutoff_number,
        {{ days_after(as_of(), -horizon * loop.index0) }} as cutoff_at
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    cast(cutoffs.cutoff_at as {{ dbt.type_timestamp() }}) as cutoff_at,
    cutoffs.cutoff_role,
    cutoffs.cutoff_number,
    cast(
        lag(cutoffs.cutoff_at) over (order by cutoffs.cutoff_number asc) as {{ dbt.type_timestamp() }}
    ) as previous_cutoff_at,
    cast(
        case
            when cutoffs.cutoff_role != 'serve'
                then {{ days_after('cutoffs.cutoff_at', horizon) }}
        end as {{ dbt.type_timestamp() }}
    ) as outcome_until_at
from cutoffs
