-- One row per model and parameter that differs from the model's default, typed and checked. A row for this connector
-- stands before one for every connector.

{%- set parameters = ref('model_parameters') %}
{{- raise_seed_errors('model_parameters', ref('int_integrity__parameter_errors')) }}
with parameters as (
    select
        model_parameters.*,
        row_number() over (
            partition by model, parameter order by case when nullif(trim(connector), '') is null then 1 else 0 end asc
        ) as preference
    from {{ parameters }} as model_parameters
    where coalesce(nullif(trim(connector), ''), '{{ var("connector") }}') = '{{ var("connector") }}'
)

select
    model,
    parameter,
    try_cast(value as double) as parameter_value
from parameters
where preference = 1
