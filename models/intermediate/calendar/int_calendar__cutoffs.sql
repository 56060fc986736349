-- One row per instant that everything is computed as of, from the oldest training cutoff to tonight.

{%- set instants = cutoff_instants() %}

with cutoffs as (
    {%- for instant in instants %}
    select
        '{{ instant.role }}' as cutoff_role,
        {{ instants | length - loop.index0 }} as cutoff_number,
        cast({{ instant.at }} as {{ dbt.type_timestamp() }}) as cutoff_at,
        cast({{ instant.until or 'null' }} as {{ dbt.type_timestamp() }}) as outcome_until_at
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    cutoffs.cutoff_at,
    cutoffs.cutoff_role,
    cutoffs.cutoff_number,
    lag(cutoffs.cutoff_at) over (order by cutoffs.cutoff_number asc) as previous_cutoff_at,
    cutoffs.outcome_until_at,
    fingerprints.cutoff_fingerprint
from cutoffs
inner join {{ ref('int_calendar__fingerprints') }} as fingerprints
    on cutoffs.cutoff_number = fingerprints.cutoff_number
