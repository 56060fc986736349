-- One row per channel, customer and product that entered, left or moved between the live release and the one before it,
-- with what the records of both say of it.
{{ config(materialized='view') }}

with compared_releases as (
    select * from {{ ref('int_release__compared_releases') }}
),

slates as (
    select * from {{ ref('release_slates') }}
),

newer as (
    select slates.*
    from slates
    inner join compared_releases
        on
            slates.channel = compared_releases.channel
            and slates.release_id = compared_releases.release_id
),

older as (
    select slates.*
    from slates
    inner join compared_releases
        on
            slates.channel = compared_releases.channel
            and slates.release_id = compared_releases.previous_release_id
),

former_customers as (
    select distinct
        channel,
        customer_id
    from older
),

changed as (
    select
        coalesce(newer.channel, older.channel) as channel,
        coalesce(newer.customer_id, older.customer_id) as customer_id,
        coalesce(newer.product_id, older.product_id) as product_id,
        coalesce(newer.product_name, older.product_name) as product_name,
        case when older.slot is null then 'in' when newer.slot is null then 'out' else 'moved' end as change,
        newer.slot,
        older.slot as previous_slot,
        newer.rule_names,
        {%- for column in addend_columns().values() %}
        newer.{{ column }},
        older.{{ column }} as previous_{{ column }},
        {%- endfor %}
        newer.slot is not null as is_shown,
        coalesce(newer.is_explored, false) or coalesce(older.is_explored, false) as is_explored
    from newer
    full outer join older
        on
            newer.channel = older.channel
            and newer.customer_id = older.customer_id
            and newer.product_id = older.product_id
    where coalesce(newer.slot, 0) != coalesce(older.slot, 0)
),

judged as (
    select
        changed.channel,
        changed.customer_id,
        changed.product_id,
        changed.product_name,
        changed.change,
        changed.slot,
        changed.previous_slot,
        changed.rule_names,
        changed.is_explored,
        former_customers.customer_id is not null as had_slate,
        {%- for name, column in addend_columns().items() %}
        {{ addend_change(name, column) }} as {{ name }}_change,
        {%- endfor %}
        exits.stage,
        exits.rule_name,
        exits.reason
    from changed
    inner join compared_releases on changed.channel = compared_releases.channel
    left join former_customers
        on changed.channel = former_customers.channel and changed.customer_id = former_customers.customer_id
    left join {{ ref('release_exits') }} as exits
        on
            compared_releases.release_id = exits.release_id
            and changed.channel = exits.channel
            and changed.customer_id = exits.customer_id
            and changed.product_id = exits.product_id
)

select
    judged.*,
    greatest(
        {%- for name in addend_columns() %}
        abs({{ name }}_change){{ ',' if not loop.last }}
        {%- endfor %}
    ) as greatest_change
from judged
