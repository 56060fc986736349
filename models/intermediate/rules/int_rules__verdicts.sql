-- One row per verdict of a rule. A rule is one model and one line in the var rules.

{%- for rule in var('rules') %}
select
    cutoff_at,
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
