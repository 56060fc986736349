-- One row per row of seeds/model_parameters.csv that cannot be used, and why.

with parameters as (
    select
        model_parameters.*,
        coalesce(nullif(trim(model), ''), '(empty)') || '.' || coalesce(nullif(trim(parameter), ''), '(empty)')
        || coalesce(' of ' || nullif(trim(connector), ''), '') as parameter_row
    from {{ ref('model_parameters') }} as model_parameters
)

select
    parameter_row,
    'stands there ' || cast(count(*) as {{ dbt.type_string() }}) || ' times, must be one row' as problem
from parameters
group by parameter_row
having count(*) > 1
union all
select
    parameter_row,
    'the model must be als or ranker' as problem
from parameters
where coalesce(model, '') not in ('als', 'ranker')
union all
select
    parameter_row,
    'is ' || coalesce(cast(value as {{ dbt.type_string() }}), '(empty)') || ', must be a number of 0 or more' as problem
from parameters
where try_cast(value as double) is null or try_cast(value as double) < 0
union all
select
    parameter_row,
    'the connector must be empty (every connector) or one of {{ var("connectors") | join(", ") }}' as problem
from parameters
where nullif(trim(connector), '') not in ('{{ var("connectors") | join("', '") }}')
