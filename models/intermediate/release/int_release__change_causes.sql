-- One row per channel, customer and product that entered, left or moved: the cause that its own figures support, if
-- any, and its place among the entries and exits of the slate.
{{ config(materialized='view') }}

with slot_changes as (
    select * from {{ ref('int_release__slot_changes') }}
),

releases as (
    select * from {{ ref('int_release__compared_releases') }}
),

-- Products brought back by hand between the two releases.
revived as (
    select
        releases.channel,
        kills.product_id,
        max(kills.reason) as reason
    from {{ ref('release_kills') }} as kills
    inner join releases
        on
            kills.recorded_at > releases.previous_published_at
            and kills.recorded_at <= releases.published_at
    where not kills.is_killed
    group by releases.channel, kills.product_id
),

-- The addend that changed most; none where no addend changed, or one of the two scores is not known.
named as (
    select
        slot_changes.*,
        case
            when greatest_change <= {{ var('tiny_share') }} then null
            {%- for name in addend_columns() %}
            when abs({{ name }}_change) = greatest_change then '{{ name }}'
            {%- endfor %}
        end as addend_name
    from slot_changes
),

joined as (
    select
        named.*,
        releases.is_fit_changed,
        releases.is_data_changed,
        releases.is_code_changed,
        releases.changed_settings,
        case named.addend_name
            {%- for name in addend_columns() if name != 'boost' %}
            when '{{ name }}' then releases.is_{{ name }}_weight_changed
            {%- endfor %}
            else false
        end as is_weight_of_addend_changed,
        'its ' || named.addend_name || ' addend changed most' as addend_detail,
        revived.reason as revival_reason
    from named
    inner join releases on named.channel = releases.channel
    left join revived on named.channel = revived.channel and named.product_id = revived.product_id
),

caused as (
    select
        joined.*,
        case
            when change = 'in' and not had_slate then 'audience'
            when stage = 'audience' then 'audience'
            when stage = 'rules' and rule_name = 'killed' then 'killed'
            when change = 'in' and revival_reason is not null then 'killed'
            when stage = 'owned' or reason = 'recently_bought: bought lately' then 'bought'
            when stage = 'not sellable' or rule_name = 'not_sellable' then 'stock'
            when stage = 'rules' then 'rule'
            when change in ('in', 'out') and (is_explored or rule_name = 'exploration') then 'exploration'
            when change = 'in' and rule_names is not null and changed_settings != '' then 'rule'
            when addend_name = 'boost' then 'rule'
            when is_weight_of_addend_changed then 'weight'
            when addend_name in ('purchase', 'click', 'cart') and is_fit_changed then 'fit'
            when addend_name is not null and is_data_changed then 'new data'
            when addend_name is not null and is_code_changed then 'code'
        end as own_cause
    from joined
),

detailed as (
    select
        caused.*,
        case
            when own_cause = 'audience' and change = 'in' then 'no slate in the release before'
            when own_cause = 'killed' and change = 'in' then 'revived: ' || revival_reason
            when own_cause in ('audience', 'killed', 'bought', 'stock') then reason
            when own_cause = 'rule' and stage = 'rules' then reason
            when own_cause = 'rule' and addend_name is null then 'pulled by ' || rule_names
            when own_cause = 'exploration' and change = 'in' then 'drawn into the slot'
            when own_cause = 'exploration' and is_explored then 'had been drawn into the slot'
            when own_cause = 'exploration' then reason
            when own_cause = 'weight' then changed_settings || '; ' || addend_detail
            when own_cause is not null then addend_detail
        end as own_detail,
        own_cause in ('audience', 'killed', 'bought', 'stock', 'rule', 'exploration') as is_direct
    from caused
)

select
    detailed.*,
    case
        when changed_settings != '' then 'weight'
        when is_fit_changed then 'fit'
        when is_data_changed then 'new data'
        when is_code_changed then 'code'
        else 'other'
    end as recorded_cause,
    row_number() over (
        partition by channel, customer_id, change
        order by case when is_direct then 0 else 1 end asc, coalesce(previous_slot, slot) asc
    ) as change_place
from detailed
