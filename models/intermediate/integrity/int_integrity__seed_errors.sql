-- One row per problem of a row in a seed that analysts edit. The checks of single values stand in the seeds' yml; what
-- is wrong between rows is in int_integrity__seed_conflicts.

{{ seed_problems('slate_limits', ref('slate_limits'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('slate_pairs', ref('slate_pairs'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('pinned_slots', ref('pinned_slots'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('curated_pairs', ref('curated_pairs'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('customer_tiers', ref('customer_tiers'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('campaigns', ref('campaigns'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('contact_limits', ref('contact_limits'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('price_limits', ref('price_limits'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('journey_steps', ref('journey_steps'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('rule_exclusions', ref('rule_exclusions'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('reason_templates', ref('reason_templates'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('experiments', ref('experiments'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('audit_limits', ref('audit_limits'), ref('int_integrity__known_names')) }}
union all
{{ seed_problems('audit_waivers', ref('audit_waivers'), ref('int_integrity__known_names')) }}
union all
select
    seed_name,
    seed_row_number,
    row_key,
    column_name,
    problem,
    severity
from {{ ref('int_integrity__template_conflicts') }}
union all
select
    seed_name,
    seed_row_number,
    row_key,
    column_name,
    problem,
    severity
from {{ ref('int_integrity__seed_conflicts') }}
