{# What explain says of a pair before it is scored: owned or not, which sources proposed it, which rules touched it. #}
{% macro explained_candidate(customer, product) -%}
    {%- set serve = "(select cutoff_at from " ~ vitrine.existing_relation('intermediate', 'int_calendar__cutoffs')
        ~ " where cutoff_role = 'serve')" -%}
    {%- set pair = " where customer_id = " ~ customer ~ " and product_id = " ~ product -%}
    {%- set owned = run_query("select cast(last_ordered_at as date) from "
        ~ vitrine.existing_relation('intermediate', 'int_release__owned_products') ~ pair).rows -%}
    {%- set lines = [
        "The customer has it: bought on " ~ owned[0][0] ~ "." if owned else "The customer does not have it."
    ] -%}
    {%- set proposed = run_query("select candidate_source, candidate_rank from "
        ~ vitrine.existing_relation('intermediate', 'int_candidates__all') ~ pair ~ " and cutoff_at = " ~ serve
        ~ " order by candidate_rank, candidate_source").rows -%}
    {%- set sources = [] -%}
    {%- for row in proposed -%}{%- do sources.append(row[0] ~ " at rank " ~ row[1]) -%}{%- endfor -%}
    {%- do lines.append("Proposed by " ~ (sources | join(', ') or 'no source') ~ ".") -%}
    {%- set verdicts = run_query("select rule_name, verdict, reason, weight from "
        ~ vitrine.existing_relation('intermediate', 'int_rules__verdicts') ~ " where cutoff_at = " ~ serve
        ~ " and coalesce(customer_id, " ~ customer ~ ") = " ~ customer ~ " and coalesce(product_id, " ~ product ~ ") = "
        ~ product ~ " order by verdict, rule_name, reason").rows -%}
    {%- for row in verdicts -%}
        {%- do lines.append("Rule " ~ row[0] ~ ": " ~ row[1] ~ (" by " ~ row[3] if row[3] is not none else "") ~ ", "
            ~ row[2] ~ ".") -%}
    {%- else -%}
        {%- do lines.append("No rule touched it.") -%}
    {%- endfor -%}
    {{ return(lines) }}
{%- endmacro %}
