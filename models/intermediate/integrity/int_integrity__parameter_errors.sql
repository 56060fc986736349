-- One row per row of seeds/model_parameters.csv that cannot be used, and why.

{%- set limits = {
    'als': {
        'factors': [1, 1024, 'whole'], 'iterations': [1, 100, 'whole'], 'regularization': [0.000001, 1000000, ''],
        'alpha': [0.000001, 1000000, ''], 'popularity_exponent': [0, 1, ''], 'min_buyers': [1, 1000000, 'whole'],
        'seed': [0, 2147483647, 'whole'],
    },
    'affinity': {
        'max_new_category_candidates': [0, 1000, 'whole'], 'new_category_depth': [0, 5000, 'whole'],
        'min_buyers': [1, 1000000, 'whole'], 'max_products': [1, 1000000, 'whole'],
        'linear_regularization': [0.000001, 1000000, ''], 'linear_popularity_exponent': [0, 1, ''],
        'max_linear_size': [1, 20000, 'whole'], 'recent_days': [1, 3650, 'whole'],
        'neighbour_count': [1, 10000, 'whole'], 'max_anchors': [1, 100, 'whole'],
    },
    'ranker': {
        'iterations': [1, 5000, 'whole'], 'learning_rate': [0.0001, 1, ''], 'leaves': [2, 1024, 'whole'],
        'min_leaf_rows': [1, 1000000, 'whole'], 'l2': [0, 1000000, ''], 'feature_share': [0.01, 1, ''],
        'min_positives': [1, 1000000, 'whole'], 'seed': [0, 2147483647, 'whole'],
    },
} %}

with parameters as (
    select
        model_parameters.*,
        {{ seed_row_number() }} as seed_row_number,
        coalesce(nullif(trim(model), ''), '(empty)') || '.' || coalesce(nullif(trim(parameter), ''), '(empty)')
        || coalesce(' of ' || nullif(trim(connector), ''), '') as row_key,
        try_cast(value as double) as parameter_value
    from {{ ref('model_parameters') }} as model_parameters
),

limits as (
    {%- for model, parameters in limits.items() %}
    {%- for parameter, limit in parameters.items() %}
    select
        '{{ model }}' as model_name,
        '{{ parameter }}' as parameter_name,
        {{ limit[0] }} as lowest,
        {{ limit[1] }} as highest,
        {{ 'true' if limit[2] else 'false' }} as is_whole,
        'a {{ limit[2] }}{{ " " if limit[2] }}number from {{ "%g" | format(limit[0]) }} to {{ limit[1] }}' as said
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

problems as (
    select
        max(seed_row_number) as seed_row_number,
        row_key,
        'parameter' as column_name,
        'stands there ' || cast(count(*) as {{ dbt.type_string() }}) || ' times, must be one row' as problem
    from parameters
    group by row_key
    having count(*) > 1
    union all
    select
        parameters.seed_row_number,
        parameters.row_key,
        case
            when parameters.model in ('{{ limits | join("', '") }}') then 'parameter'
            else 'model'
        end as column_name,
        case parameters.model
            {%- for model, parameters in limits.items() %}
            when '{{ model }}'
                then
                    'is ' || coalesce(nullif(trim(parameters.parameter), ''), '(empty)')
                    || ', which {{ model }} does not have; it has {{ parameters | join(", ") }}'
            {%- endfor %}
            else
                'is ' || coalesce(nullif(trim(parameters.model), ''), '(empty)')
                || ', must be one of {{ limits | join(", ") }}'
        end as problem
    from parameters
    left join limits on parameters.model = limits.model_name and parameters.parameter = limits.parameter_name
    where limits.parameter_name is null
    union all
    select
        parameters.seed_row_number,
        parameters.row_key,
        'value' as column_name,
        'is ' || coalesce(nullif(trim(parameters.value), ''), '(empty)') || ', must be ' || limits.said as problem
    from parameters
    inner join limits on parameters.model = limits.model_name and parameters.parameter = limits.parameter_name
    where
        parameters.parameter_value is null
        or not parameters.parameter_value between limits.lowest and limits.highest
        or (limits.is_whole and parameters.parameter_value != floor(parameters.parameter_value))
    union all
    select
        seed_row_number,
        row_key,
        'connector' as column_name,
        'is ' || connector || ', must be empty (every connector) or one of {{ var("connectors") | join(", ") }}'
            as problem
    from parameters
    where nullif(trim(connector), '') not in ('{{ var("connectors") | join("', '") }}')
)

select
    'model_parameters' as seed_name,
    seed_row_number,
    row_key,
    column_name,
    problem,
    'error' as severity
from problems
