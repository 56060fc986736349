-- One row per channel: the policy that analysts edit in seeds/channel_policies.csv, typed and checked. A row for this
-- connector stands before one for every connector.

{%- set policies = ref('channel_policies') %}
{{- raise_seed_errors('channel_policies', ref('int_integrity__policy_errors')) }}
{{ policy_rows(policies) }}
