-- One row per row of seeds/experiments.csv that does not fit the other arms, or asks for what cannot be.

{%- set shared = [
    'connector', 'channel', 'salt', 'starts_on', 'ends_on', 'outcome_days', 'planned_count', 'planned_lift_ratio'
] %}
{%- set row_key = "rows_checked.experiment_id || ', ' || rows_checked.arm_name" %}

with arms as (
    {{ seed_rows(ref('experiments'), shared + [
        'experiment_id', 'arm_name', 'arm_share', 'is_control'
    ]) | indent(4) }}
),

ranked as (
    select
        *,
        row_number() over (partition by experiment_id order by arm_name asc, seed_row_number asc) as place
    from arms
    where is_for_this_connector
),

first_arms as (
    select * from ranked
    where place = 1
),

experiments as (
    select
        experiment_id,
        min(seed_row_number) as seed_row_number,
        count(*) as arm_count,
        round(sum(try_cast(arm_share as double)), 6) as total_share,
        sum(case when is_control = 'true' then 1 else 0 end) as control_count
    from arms
    where is_for_this_connector
    group by experiment_id
)

{% for column in shared -%}
{{ seed_conflict(
    'experiments', row_key, column,
    "'is ' || coalesce(rows_checked." ~ column ~ ", '(empty)') || ', but the arm ' || others.arm_name || ' says '"
    ~ " || coalesce(others." ~ column ~ ", '(empty)') || ': it must be the same in all arms of an experiment'",
    "ranked as rows_checked inner join first_arms as others on rows_checked.experiment_id = others.experiment_id",
    "coalesce(rows_checked." ~ column ~ ", '') != coalesce(others." ~ column ~ ", '')"
) }}
union all
{% endfor -%}
{{ seed_conflict(
    'experiments', row_key, 'arm_name', "'stands in line ' || cast(others.seed_row_number + 1 as "
    ~ dbt.type_string() ~ ") || ' already'",
    "ranked as rows_checked inner join ranked as others on rows_checked.experiment_id = others.experiment_id",
    "rows_checked.arm_name = others.arm_name and rows_checked.place > others.place"
) }}
union all
{{ seed_conflict(
    'experiments', row_key, 'experiment_id',
    "'is the name of the holdout that the vars of dbt_project.yml draw: name this one otherwise'",
    'ranked as rows_checked', "rows_checked.experiment_id = 'global_holdout'"
) }}
union all
{{ seed_conflict(
    'experiments', row_key, 'ends_on',
    "'is ' || rows_checked.ends_on || ': no customer has his ' || rows_checked.outcome_days || ' days before it, from '"
    ~ " || rows_checked.starts_on",
    'ranked as rows_checked',
    dbt.datediff("try_cast(rows_checked.starts_on as date)", "try_cast(rows_checked.ends_on as date)", "day")
    ~ " < try_cast(rows_checked.outcome_days as double)"
) }}
union all
{{ seed_conflict(
    'experiments', 'rows_checked.experiment_id', 'arm_share',
    "'adds up to ' || cast(rows_checked.total_share as " ~ dbt.type_string() ~ ") || ' over the arms, at most 1'",
    'experiments as rows_checked', 'rows_checked.total_share > 1'
) }}
union all
{{ seed_conflict(
    'experiments', 'rows_checked.experiment_id', 'arm_name',
    "'has no other beside it: an experiment needs two arms'",
    'experiments as rows_checked', 'rows_checked.arm_count < 2'
) }}
union all
{{ seed_conflict(
    'experiments', 'rows_checked.experiment_id', 'is_control',
    "'is true in ' || cast(rows_checked.control_count as " ~ dbt.type_string()
    ~ ") || ' arms: the others are compared with one'",
    'experiments as rows_checked', 'rows_checked.control_count != 1'
) }}
