-- One row per verdict of a rule. A rule is one model and one line in the var rules; those of the var channel_rules say
-- for which channel.

{%- for rule in var('rules') %}
select
    cutoff_at,
    {{ 'channel' if rule in var('channel_rules') else 'cast(null as ' ~ dbt.type_string() ~ ') as channel' }},
    customer_id,
    product_id,
    rule_name,
    verdict,
    weight,
    reason
from {{ ref('int_rules__' ~ rule) }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
