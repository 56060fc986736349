-- One row per slot that a rule boosts or requires: the names of these rules.

with serve as (
    select * from {{ ref('int_calendar__cutoffs') }}
    where cutoff_role = 'serve'
),

slates as (
    select slates.*
    from {{ ref('int_ranking__slates') }} as slates
    inner join serve on slates.cutoff_at = serve.cutoff_at
),

pulls as (
    select * from {{ ref('int_rules__verdicts') }}
    where verdict in ('boost', 'require') and product_id is not null
),

-- A verdict names the product for one customer or for all: one join for each, since one join for both could use no key.
touched as (
    select
        slates.channel,
        slates.customer_id,
        slates.slot,
        pulls.rule_name
    from slates
    inner join pulls
        on
            slates.cutoff_at = pulls.cutoff_at
            and slates.channel = coalesce(pulls.channel, slates.channel)
            and slates.customer_id = pulls.customer_id
            and slates.product_id = pulls.product_id
    union all
    select
        slates.channel,
        slates.customer_id,
        slates.slot,
        pulls.rule_name
    from slates
    inner join pulls
        on
            slates.cutoff_at = pulls.cutoff_at
            and slates.channel = coalesce(pulls.channel, slates.channel)
            and slates.product_id = pulls.product_id
    where pulls.customer_id is null
)

select
    channel,
    customer_id,
    slot,
    substr(
        {%- for rule in var('rules') %}
        max(case when rule_name = '{{ rule }}' then ', {{ rule }}' else '' end){{ ' ||' if not loop.last }}
        {%- endfor %}, 3
    ) as rule_names
from touched
group by channel, customer_id, slot
