-- One row per problem of a row in seeds/rule_exclusions.csv.

with exclusions as (
    select * from {{ ref('rule_exclusions') }}
),

problems as (
    select
        exclusions.exclusion_type,
        exclusions.value,
        case
            when coalesce(exclusion_type, '') not in ('category', 'brand', 'product')
                then 'exclusion_type must be category, brand or product'
            when nullif(trim(value), '') is null then 'value is empty'
            when nullif(trim(reason), '') is null then 'reason is empty'
            when nullif(trim(owner), '') is null then 'owner is empty'
            when try_cast(valid_from_on as date) is null
                then 'valid_from_on is ' || coalesce(valid_from_on, '(empty)') || ', must be a date like 2017-01-31'
            when nullif(valid_until_on, '') is not null and try_cast(valid_until_on as date) is null
                then 'valid_until_on is ' || valid_until_on || ', must be a date like 2017-01-31 or empty'
            when try_cast(nullif(valid_until_on, '') as date) <= try_cast(valid_from_on as date)
                then 'valid_until_on is not after valid_from_on'
        end as problem
    from exclusions
)

select * from problems
where problem is not null
