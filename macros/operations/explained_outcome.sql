{# What explain says of the end: the slot and what it displaced, or the stage at which it fell and by what. #}
{% macro explained_outcome(audit, channel, customer, product) -%}
    {%- set row = run_query(
        "select stage, slot, objective_rank, lacked_score, rule_name, reason from " ~ audit ~ " where channel = '"
        ~ channel ~ "' and customer_id = " ~ customer ~ " and product_id = " ~ product).rows[0] -%}
    {%- set lines = ["Rank " ~ row[2] ~ " by score."] if row[2] is not none else [] -%}
    {%- if row[0] == 'slate' -%}
        {%- set slot = run_query(
            "select reason, displaced_product_id, displaced_product_name, displaced_score, objective_score, "
            ~ "is_explored, selection_probability, exploration_addend from "
            ~ vitrine.existing_relation('intermediate', 'int_release__slates') ~ " where channel = '" ~ channel
            ~ "' and customer_id = " ~ customer ~ " and product_id = " ~ product).rows[0] -%}
        {%- do lines.append("It has slot " ~ row[1] ~ ". The customer is told: " ~ slot[0] ~ ".") -%}
        {%- if slot[5] -%}
            {%- do lines.append("It was drawn to be tried out, with the probability " ~ "%.3f" | format(slot[6])
                ~ "; the draw adds " ~ "%+.4f" | format(slot[7]) ~ " to its score.") -%}
        {%- endif -%}
        {%- do lines.append(
            "In its place " ~ slot[1] ~ " '" ~ slot[2] ~ "' stands back, whose score is "
            ~ "%.4f" | format(slot[3] - slot[4]) ~ " greater: for variety, a cap, a limit, a pin or exploration."
            if slot[1] else "It stands there by its score.") -%}
    {%- else -%}
        {%- set name = " (" ~ row[4] ~ ")" if row[4] and not row[5].startswith(row[4]) else "" -%}
        {%- do lines.append("It fell at the stage " ~ row[0] ~ ": " ~ row[5] ~ name ~ ".") -%}
        {%- if row[3] is not none and row[3] > 0 -%}
            {%- do lines.append("It lacked " ~ "%.4f" | format(row[3]) ~ " of score to "
                ~ ("be re-ranked." if row[0] == 'ranking' else "the last of the slots by score.")) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(lines) }}
{%- endmacro %}
