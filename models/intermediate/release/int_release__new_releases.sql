-- One row per channel that these slates publish anew: nothing where an audit failed, or when the same slates were
-- published before.

{%- set releases = existing_relation('releases', 'recommendation_releases') %}

with fingerprints as (
    select * from {{ ref('int_release__fingerprints') }}
),

slates as (
    select
        channel,
        count(*) as slot_count,
        count(distinct customer_id) as customer_count
    from {{ ref('int_release__slates') }}
    group by channel
),

audits as (
    select
        channel,
        count(*) as audit_count,
        sum(case when is_waived then 1 else 0 end) as waived_count
    from {{ ref('int_release__audits') }}
    group by channel
    having min(case when is_passed then 1 else 0 end) = 1
),

metrics as (
    select
        slate_variant,
        max(case when cutoff_role = 'validate' then metric_value end) as validate_ndcg,
        max(case when cutoff_role = 'evaluate' then metric_value end) as evaluate_ndcg
    from {{ ref('evaluation_metrics') }}
    where
        customer_segment = 'all'
        and target = 'new_products'
        and metric_name = 'ndcg_at_{{ var("metric_slot_count") }}'
    group by slate_variant
)

select
    fingerprints.*,
    slates.channel,
    {%- for name in ['purchase', 'click', 'cart', 'value', 'margin', 'novelty'] %}
    weights.{{ name }}_weight,
    {%- endfor %}
    slates.slot_count,
    slates.customer_count,
    audits.audit_count as passed_audit_count,
    audits.waived_count as waived_audit_count,
    metrics.validate_ndcg,
    metrics.evaluate_ndcg
from fingerprints
cross join slates
left join {{ ref('int_integrity__objective_weights') }} as weights on slates.channel = weights.channel
inner join audits on slates.channel = audits.channel
left join metrics on metrics.slate_variant = {{ evaluated_variant('slates.channel') }}
{%- if releases %}
where not exists (
    select 1 from {{ releases }} as releases
    where
        releases.slate_fingerprint = fingerprints.slate_fingerprint
        and releases.channel = slates.channel
)
{%- endif %}
