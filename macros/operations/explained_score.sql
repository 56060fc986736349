{# What explain says of a candidate's score: each addend that is not 0, with its sign. #}
{% macro explained_score(channel, customer, product) -%}
    {%- set names = ['purchase_addend', 'click_bonus', 'cart_bonus', 'value_bonus', 'margin_bonus',
        '-popularity_penalty', 'boost'] -%}
    {%- set labels = ['purchase', 'click', 'cart', 'value', 'margin', 'novelty', 'rules'] -%}
    {%- set found = run_query(
        "select " ~ names | join(', ') ~ ", objective_score from "
        ~ vitrine.existing_relation('intermediate', 'int_ranking__channel_scores')
        ~ " where cutoff_at = (select cutoff_at from "
        ~ vitrine.existing_relation('intermediate', 'int_calendar__cutoffs') ~ " where cutoff_role = 'serve') "
        ~ "and channel = '" ~ channel ~ "' and customer_id = " ~ customer ~ " and product_id = " ~ product).rows -%}
    {%- if not found -%}{{ return(["It has no score: only candidates that no rule blocks have one."]) }}{%- endif -%}
    {%- set addends = [] -%}
    {%- for label in labels -%}
        {%- set addend = found[0][loop.index0] -%}
        {%- if addend != 0 -%}{%- do addends.append(label ~ " " ~ "%+.4f" | format(addend)) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(["Score " ~ "%.4f" | format(found[0][names | length]) ~ " = " ~ addends | join(', ') ~ "."]) }}
{%- endmacro %}
