-- One row per channel and channel whose slates are filled before its own: the one that it names in the policies, the
-- one that that names, and so on.

with policies as (
    select * from {{ ref('int_integrity__channel_policies') }}
    where after_channel is not null
),

step_1 as (
    select
        channel,
        after_channel as earlier_channel
    from policies
)
{%- for step in range(2, 7) %},

step_{{ step }} as (
    select
        step_{{ step - 1 }}.channel,
        policies.after_channel as earlier_channel
    from step_{{ step - 1 }}
    inner join policies on step_{{ step - 1 }}.earlier_channel = policies.channel
)
{%- endfor %}

{% for step in range(1, 7) -%}
select
    channel,
    earlier_channel
from step_{{ step }}
{% if not loop.last -%}
union
{% endif -%}
{%- endfor %}
